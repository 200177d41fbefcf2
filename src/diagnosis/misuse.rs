//! An application that says 502 or 504 of its own accord misuses it: these are for gateways.
//!
//! "The 502 (Bad Gateway) status code indicates that the server, while acting as a gateway or proxy, received an invalid response
//! from an inbound server" (RFC 9110, 15.6.3; 504 in 15.6.5). An application that called a dependency in vain is no gateway:
//! it had a fault (500), or cannot serve for a while (503, 15.6.4, with Retry-After, 10.2.3). For search all of them are
//! server errors; but 503 with Retry-After says that it is for a while, and nobody looks for the fault in the wrong box.

use super::application::frameworks::Framework;

/// What is wrong with an answer that an application made, and how to say it right.
#[derive(Debug, Clone, PartialEq)]
pub struct Misuse {
    /// What was found, in a sentence.
    pub finding: String,
    /// What to send instead.
    pub advice: &'static str,
    /// The framework, as a person writes it.
    pub framework: &'static str,
    /// The language of the code.
    pub language: &'static str,
    /// How the framework sends it.
    pub code: &'static str,
    /// Where the rule stands.
    pub source: &'static str,
}

/// How a framework says 503 with Retry-After.
#[derive(Debug)]
struct Correct {
    /// The framework's name.
    framework: &'static str,
    language: &'static str,
    code: &'static str,
}

const fn correct(framework: &'static str, language: &'static str, code: &'static str) -> Correct {
    Correct { framework, language, code }
}

const CORRECT: &[Correct] = &[
    correct(
        "express",
        "JavaScript",
        "res.status(503).set('Retry-After', '30').json({ error: 'payment service unavailable' });",
    ),
    correct(
        "nestjs",
        "TypeScript",
        "res.setHeader('Retry-After', '30');\nthrow new ServiceUnavailableException('payment service unavailable');",
    ),
    correct(
        "nextjs",
        "TypeScript",
        "return Response.json(\n  { error: 'payment service unavailable' },\n  { status: 503, headers: { 'Retry-After': '30' } },\n);",
    ),
    correct(
        "node",
        "JavaScript",
        "res.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '30' });\nres.end(JSON.stringify({ error: 'payment service unavailable' }));",
    ),
    correct(
        "fastify",
        "JavaScript",
        "return reply.code(503).header('Retry-After', '30').send({ error: 'payment service unavailable' });",
    ),
    correct(
        "flask",
        "Python",
        "return {\"error\": \"payment service unavailable\"}, 503, {\"Retry-After\": \"30\"}",
    ),
    correct(
        "django",
        "Python",
        "return JsonResponse({\"error\": \"payment service unavailable\"}, status=503, headers={\"Retry-After\": \"30\"})",
    ),
    correct(
        "fastapi",
        "Python",
        "raise HTTPException(status_code=503, detail=\"payment service unavailable\", headers={\"Retry-After\": \"30\"})",
    ),
    correct(
        "python_api",
        "Python",
        "# FastAPI\nraise HTTPException(status_code=503, detail=\"payment service unavailable\", headers={\"Retry-After\": \"30\"})\n# Django REST framework\nreturn Response({\"detail\": \"payment service unavailable\"}, status=503, headers={\"Retry-After\": \"30\"})",
    ),
    correct(
        "aiohttp",
        "Python",
        "raise web.HTTPServiceUnavailable(headers={\"Retry-After\": \"30\"}, text=\"payment service unavailable\")",
    ),
    correct(
        "tornado",
        "Python",
        "self.set_status(503)\nself.set_header(\"Retry-After\", \"30\")\nself.finish({\"error\": \"payment service unavailable\"})",
    ),
    correct(
        "gunicorn",
        "Python",
        "start_response(\"503 Service Unavailable\", [(\"Content-Type\", \"text/plain\"), (\"Retry-After\", \"30\")])\nreturn [b\"payment service unavailable\"]",
    ),
    correct(
        "spring",
        "Java",
        "return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)\n    .header(HttpHeaders.RETRY_AFTER, \"30\")\n    .body(Map.of(\"error\", \"payment service unavailable\"));",
    ),
    correct(
        "tomcat",
        "Java",
        "response.setHeader(\"Retry-After\", \"30\");\nresponse.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, \"payment service unavailable\");",
    ),
    correct(
        "jetty",
        "Java",
        "response.setHeader(\"Retry-After\", \"30\");\nresponse.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, \"payment service unavailable\");",
    ),
    correct(
        "go",
        "Go",
        "w.Header().Set(\"Retry-After\", \"30\")\nhttp.Error(w, \"payment service unavailable\", http.StatusServiceUnavailable)",
    ),
    correct(
        "echo",
        "Go",
        "c.Response().Header().Set(\"Retry-After\", \"30\")\nreturn echo.NewHTTPError(http.StatusServiceUnavailable, \"payment service unavailable\")",
    ),
    correct(
        "php",
        "PHP",
        "http_response_code(503);\nheader('Retry-After: 30');\necho json_encode(['error' => 'payment service unavailable']);",
    ),
    correct("laravel", "PHP", "abort(503, 'payment service unavailable', ['Retry-After' => 30]);"),
    correct(
        "symfony",
        "PHP",
        "throw new ServiceUnavailableHttpException(30, 'payment service unavailable');",
    ),
    correct(
        "rails",
        "Ruby",
        "response.set_header('Retry-After', '30')\nrender json: { error: 'payment service unavailable' }, status: :service_unavailable",
    ),
    correct(
        "aspnet",
        "C#",
        "Response.Headers.RetryAfter = \"30\";\nreturn StatusCode(StatusCodes.Status503ServiceUnavailable, new { error = \"payment service unavailable\" });",
    ),
    correct(
        "phoenix",
        "Elixir",
        "conn\n|> put_resp_header(\"retry-after\", \"30\")\n|> send_resp(503, \"payment service unavailable\")",
    ),
];

/// Of what the framework is not known.
const ANY: Correct = correct(
    "",
    "HTTP",
    "HTTP/1.1 503 Service Unavailable\nRetry-After: 30\nContent-Type: application/json\n\n{\"error\": \"payment service unavailable\"}",
);

const BAD_GATEWAY: &str = "Say 500 when the fault is the application's own, and 503 with Retry-After when a service that it needs is \
                           down or during planned work; 504 only where it waited in vain as a gateway. 502 belongs to the gateway \
                           before it, and whoever is on call looks there first.";
const GATEWAY_TIMEOUT: &str = "Say 503 with Retry-After when a service that the application needs is too slow, and 500 when the fault \
                               is its own; 504 belongs to gateways and proxies, and whoever is on call looks there first.";

/// The misuse of a status by an application; `None`: the status is one that an application may send.
pub fn misuse(status: u16, framework: Option<&Framework>) -> Option<Misuse> {
    let (advice, source) = match status {
        502 => (BAD_GATEWAY, "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.3"),
        504 => (GATEWAY_TIMEOUT, "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.6.5"),
        _ => return None,
    };
    let name = framework.map_or("", |framework| framework.name);
    let correct = CORRECT.iter().find(|correct| correct.framework == name).unwrap_or(&ANY);
    let title = framework.map_or("", |framework| framework.title);
    let by = if title.is_empty() { String::new() } else { format!(" ({title})") };
    Some(Misuse {
        finding: format!("The application itself{by} answers {status}, which is for gateways and proxies."),
        advice,
        framework: title,
        language: correct.language,
        code: correct.code,
        source,
    })
}
