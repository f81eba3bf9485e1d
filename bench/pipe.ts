// The baseline: forwards bytes between caller and model server, and does nothing else.
import { Agent, createServer, request as send } from "node:http";

const target = Number(process.env.MODEL_PORT);
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

createServer((incoming, response) => {
  const upstream = send(
    { port: target, host: "127.0.0.1", path: incoming.url, method: incoming.method, headers: incoming.headers, agent },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  incoming.pipe(upstream);
  response.on("close", () => upstream.destroy());
}).listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
