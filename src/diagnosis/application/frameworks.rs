//! Which framework wrote an error, by what it puts there of its own accord. Each row has a fixture,
//! `tests/fixtures/answers/app_NAME.http`, on which it is the first to hold.

use crate::diagnosis::answer::Seen;
use crate::diagnosis::signature::Sign::{
    self, Any, Body, BodyIs, BodyStarts, BodyWithin, Header, HeaderHas, HeaderIs, HeaderStarts, Reason,
};
use crate::diagnosis::signature::Source::{self, Captured, Code, Measured};

/// What an application is built with.
#[derive(Debug)]
pub struct Framework {
    /// `express`.
    pub name: &'static str,
    /// As a person writes it.
    pub title: &'static str,
    signs: &'static [Sign],
    /// How sure it is that an application wrote what looks so.
    pub(super) confidence: f32,
    pub(super) shows: &'static str,
    /// How it is known.
    pub source: Source,
}

impl Framework {
    pub(super) fn holds(&self, seen: &Seen<'_>) -> bool {
        self.signs.iter().all(|sign| sign.holds(seen))
    }
}

impl PartialEq for Framework {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const fn row(
    name: &'static str,
    title: &'static str,
    signs: &'static [Sign],
    confidence: f32,
    shows: &'static str,
    source: Source,
) -> Framework {
    Framework { name, title, signs, confidence, shows, source }
}

const JSON: Sign = BodyStarts("{");

/// The rows; those that are built upon others stand before them.
pub const FRAMEWORKS: &[Framework] = &[
    row(
        "nestjs",
        "NestJS",
        &[JSON, Body("\"statusCode\":"), Body("\"message\":"), HeaderIs("x-powered-by", "Express")],
        0.85,
        "the JSON with statusCode and message, from Express, is NestJS's",
        Code("nestjs/nest: packages/core/exceptions/base-exception-filter.ts"),
    ),
    row(
        "nextjs",
        "Next.js",
        &[Any(&[HeaderIs("x-powered-by", "Next.js"), Body("id=\"__next\""), Body("/_next/static/")])],
        0.85,
        "the page, or X-Powered-By, is Next.js's",
        Code("vercel/next.js: packages/next/src/server/send-payload.ts"),
    ),
    row(
        "express",
        "Express",
        &[HeaderIs("x-powered-by", "Express")],
        0.85,
        "X-Powered-By says Express",
        Measured("Express 4 and 5"),
    ),
    row(
        "fastify",
        "Fastify",
        &[JSON, Body("\"statusCode\":"), Body("\"error\":"), Body("\"message\":")],
        0.8,
        "the JSON with statusCode, error and message is Fastify's (and hapi's)",
        Measured("Fastify 5"),
    ),
    row(
        "spring",
        "Spring Boot",
        &[
            Any(&[Body("Whitelabel Error Page"), BodyStarts("{\"timestamp\":")]),
            Any(&[Body("Whitelabel"), Body("\"path\":")]),
        ],
        0.9,
        "the error has the form of Spring Boot's BasicErrorController",
        Code("spring-projects/spring-boot: DefaultErrorAttributes.java"),
    ),
    row(
        "tomcat",
        "Tomcat",
        &[Any(&[Body("<h1>HTTP Status 5"), Body("<title>HTTP Status 5")])],
        0.85,
        "the page is Apache Tomcat's",
        Code("apache/tomcat: java/org/apache/catalina/valves/ErrorReportValve.java"),
    ),
    row(
        "jetty",
        "Jetty",
        &[Any(&[Body("Powered by Jetty://"), HeaderStarts("server", "jetty")])],
        0.85,
        "the page, or Server, is Jetty's",
        Code("jetty/jetty.project: ErrorHandler.java"),
    ),
    row(
        "flask",
        "Flask",
        &[Any(&[
            Reason("BAD GATEWAY"),
            Reason("SERVICE UNAVAILABLE"),
            Reason("GATEWAY TIMEOUT"),
            Reason("INTERNAL SERVER ERROR"),
            BodyStarts("<!doctype html>\n<html lang=en>\n<title>5"),
        ])],
        0.9,
        "the reason phrase in capitals, or the page, is that of werkzeug, which Flask is built on",
        Measured("Flask 3, werkzeug 3"),
    ),
    row(
        "fastapi",
        "FastAPI",
        &[BodyStarts("{\"detail\":"), HeaderIs("server", "uvicorn")],
        0.9,
        "the JSON with a detail, from uvicorn, is FastAPI's",
        Measured("FastAPI under uvicorn"),
    ),
    row(
        "django",
        "Django",
        &[
            HeaderIs("x-content-type-options", "nosniff"),
            Header("referrer-policy"),
            Header("cross-origin-opener-policy"),
        ],
        0.8,
        "the three security headers on an error are those of Django's SecurityMiddleware",
        Measured("Django 5 under gunicorn"),
    ),
    row(
        "python_api",
        "FastAPI or Django REST framework",
        &[BodyStarts("{\"detail\":")],
        0.75,
        "the JSON with a detail is that of FastAPI, or of Django REST framework",
        Measured("FastAPI"),
    ),
    row(
        "aiohttp",
        "aiohttp",
        &[Any(&[
            HeaderHas("server", "aiohttp"),
            BodyIs("502: Bad Gateway"),
            BodyIs("503: Service Unavailable"),
            BodyIs("504: Gateway Timeout"),
        ])],
        0.85,
        "Server, or the text, is that of aiohttp",
        Code("aio-libs/aiohttp: aiohttp/web_exceptions.py"),
    ),
    row(
        "tornado",
        "Tornado",
        &[Any(&[BodyStarts("<html><title>50"), HeaderStarts("server", "tornadoserver")])],
        0.85,
        "the page, or Server, is Tornado's",
        Measured("Tornado 6"),
    ),
    row(
        "go",
        "Go's net/http",
        &[
            HeaderIs("x-content-type-options", "nosniff"),
            HeaderIs("content-type", "text/plain; charset=utf-8"),
            BodyWithin(200),
        ],
        0.75,
        "plain text with nosniff is how http.Error of Go's net/http answers",
        Measured("Go 1.19"),
    ),
    row(
        "echo",
        "Echo",
        &[
            Any(&[
                BodyIs("{\"message\":\"Bad Gateway\"}"),
                BodyIs("{\"message\":\"Service Unavailable\"}"),
                BodyIs("{\"message\":\"Gateway Timeout\"}"),
                BodyIs("{\"message\":\"Internal Server Error\"}"),
            ]),
            HeaderStarts("content-type", "application/json"),
        ],
        0.7,
        "the JSON with a message alone is Echo's (Go)",
        Code("labstack/echo: echo.go, DefaultHTTPErrorHandler"),
    ),
    row(
        "laravel",
        "Laravel",
        &[Any(&[HeaderHas("set-cookie", "laravel_session"), HeaderHas("set-cookie", "XSRF-TOKEN=")])],
        0.85,
        "the cookie is Laravel's",
        Code("laravel/framework: config/session.php"),
    ),
    row(
        "symfony",
        "Symfony",
        &[Any(&[Body("Oops! An Error Occurred"), Header("x-debug-token"), Header("x-debug-exception")])],
        0.85,
        "the page is Symfony's",
        Code("symfony/error-handler: Resources/views/error.html.php"),
    ),
    row(
        "php",
        "PHP",
        &[HeaderStarts("x-powered-by", "PHP")],
        0.75,
        "X-Powered-By says PHP",
        Captured("X-Powered-By of PHP, expose_php"),
    ),
    row(
        "rails",
        "Ruby on Rails",
        &[Any(&[
            Header("x-runtime"),
            Body("We're sorry, but something went wrong"),
            Body("We&#39;re sorry, but something went wrong"),
        ])],
        0.85,
        "X-Runtime, or the page, is that of Ruby on Rails",
        Code("rails/rails: railties/lib/rails/generators/rails/app/templates/public/500.html"),
    ),
    row(
        "aspnet",
        "ASP.NET Core",
        &[Any(&[Body("\"traceId\":\"00-"), HeaderIs("server", "Kestrel")])],
        0.85,
        "the problem's traceId, or Server, is that of ASP.NET Core",
        Code("dotnet/aspnetcore: DefaultProblemDetailsFactory.cs"),
    ),
    row(
        "phoenix",
        "Phoenix",
        &[HeaderHas("server", "Cowboy"), Header("x-request-id")],
        0.7,
        "Server and the request id are those of Elixir's Plug",
        Code("elixir-plug/plug_cowboy"),
    ),
    row(
        "gunicorn",
        "a Python application under gunicorn",
        &[HeaderIs("server", "gunicorn")],
        0.7,
        "Server says gunicorn",
        Measured("gunicorn 20 to 23"),
    ),
    row(
        "uvicorn",
        "a Python application under uvicorn",
        &[HeaderIs("server", "uvicorn")],
        0.7,
        "Server says uvicorn",
        Measured("uvicorn"),
    ),
    row(
        "node",
        "Node.js",
        &[HeaderIs("keep-alive", "timeout=5")],
        0.7,
        "`Keep-Alive: timeout=5` is what Node.js's http server sends",
        Measured("Node.js 20"),
    ),
];
