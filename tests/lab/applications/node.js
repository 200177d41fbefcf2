// The same without a framework.
const http = require('node:http');
http
  .createServer((request, response) => {
    response.writeHead(502, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ error: 'payment service unreachable' }));
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
