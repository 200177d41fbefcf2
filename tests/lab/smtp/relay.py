"""A mail relay on a free port of 127.0.0.1. Prints the port, then keeps each mail that it takes as a file in a folder: envelope
in a first line, the mail as it came behind it.

    relay.py MODE FOLDER [CERTIFICATE KEY]

plain      takes everything, without TLS and login
starttls   takes mail over STARTTLS, after a login of `watch` with the password `tiger`
tls        the same, encrypted from the first byte
greylist   says 451 to each recipient once, then takes everything
relaying   says 554 5.7.1 to each recipient, as a relay does that does not know us
unknown    says 550 5.1.1 to each recipient
spam       says 554 5.7.1 to each mail
busy       says 421 to everything
hang       accepts connections, and says nothing
stall      takes the mail and never answers it
rude       takes the mail, and never says goodbye
"""

import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self, mode, folder):
        self.mode, self.folder, self.seen, self.taken = mode, folder, set(), 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mode == "greylist" and address not in self.seen:
            self.seen.add(address)
            return "451 4.7.1 Greylisted, come back later"
        if self.mode == "unknown":
            return "550 5.1.1 No such user here"
        if self.mode == "relaying":
            return "554 5.7.1 Relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.mode == "busy":
            return "421 4.3.2 Too many connections"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.mode == "spam":
            return "554 5.7.1 This looks like spam"
        if self.mode == "stall":
            await asyncio.sleep(3600)
        self.taken += 1
        name = os.path.join(self.folder, f"{self.taken:04}.eml")
        secure = "encrypted" if server.transport.get_extra_info("sslcontext") else "clear"
        with open(name + ".part", "wb") as file:
            first = f"{secure} {session.host_name} {envelope.mail_from} {' '.join(envelope.rcpt_tos)}\n"
            file.write(first.encode() + envelope.original_content)
        os.rename(name + ".part", name)
        return "250 2.0.0 Ok: queued as 4F1"

    async def handle_QUIT(self, server, session, envelope):
        if self.mode == "rude":
            await asyncio.sleep(3600)
        return "221 Bye"


def authenticate(server, session, envelope, mechanism, login):
    right = login.login == b"watch" and login.password == b"tiger"
    return AuthResult(success=right, handled=False)


async def silence(reader, writer):
    await asyncio.sleep(3600)


async def main():
    mode, folder = sys.argv[1:3]
    context = None
    if len(sys.argv) > 3:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
    handler = Handler(mode, folder)
    wants_login = mode in ("starttls", "tls")

    def session():
        return SMTP(
            handler,
            hostname="relay.test",
            tls_context=context if mode == "starttls" else None,
            require_starttls=mode == "starttls",
            auth_required=wants_login,
            auth_require_tls=mode != "tls",
            authenticator=authenticate if wants_login else None,
            enable_SMTPUTF8=mode != "relaying",
        )

    loop = asyncio.get_running_loop()
    if mode == "hang":
        server = await asyncio.start_server(silence, "127.0.0.1", 0)
    else:
        encrypted = context if mode == "tls" else None
        server = await loop.create_server(session, "127.0.0.1", 0, ssl=encrypted)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
