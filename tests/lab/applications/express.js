// The textbook's misuse: a route whose payment service is down answers 502 from its own code.
const express = require('express');
const app = express();
app.use((request, response) => {
  response.status(502).json({ error: 'Bad Gateway', message: 'payment service unreachable' });
});
app.listen(Number(process.argv[2]), '127.0.0.1');
