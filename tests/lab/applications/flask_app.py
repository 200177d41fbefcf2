# The same in Python.
from flask import Flask, abort

app = Flask(__name__)


@app.route("/", defaults={"path": ""})
@app.route("/<path:path>")
def pay(path):
    abort(502)
