/** In which language numbers and days are written. */
export const locale = "en";

/** Makes something when it is first needed: one of `Intl` takes a slow device as long as many components. */
export function later<Made>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const number = later(() => new Intl.NumberFormat(locale));

export const formatNumber = (value: number) => number().format(value);
