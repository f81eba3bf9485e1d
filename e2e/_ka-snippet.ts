import { LlamaCloud, toFile } from "@llamaindex/llama-cloud";

const client = new LlamaCloud({ apiKey: process.env.KEY, baseURL: "http://127.0.0.1:3977" });
const rules = "# Guests\n\nGuests leave their shoes at the door.\n\n# Dogs\n\nDogs sleep in the hall.\n";
const directory = await client.beta.directories.create({ name: "House rules" });
await client.beta.directories.files.upload(directory.id, { upload_file: await toFile(Buffer.from(rules), "rules.md") });
const { id } = await client.beta.indexes.create({ source_directory_id: directory.id });
while ((await client.beta.indexes.get(id)).metadata?.state !== "ready") await new Promise((done) => setTimeout(done, 200));

const { results } = await client.beta.retrieval.retrieve({ index_id: id, query: "Where do guests leave their shoes?" });
console.log(results[0]?.content);

const { session_id } = await client.beta.chat.create({ index_ids: [id] });
console.log(await client.beta.chat.stream(session_id, { index_ids: [id], prompt: "Retrieve what is said of dogs" }));
