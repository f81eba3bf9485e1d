import { later } from "../../ui/later";

/** Brings the code of the list of models, which comes with the first look at it. */
export const loadModelPanel = () => import("./model-panel");

/** The list of models: the same part for who answers next and for who answers again. */
export const ModelPanel = later(loadModelPanel);
