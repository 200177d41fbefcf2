//! Microsoft's gateways: IIS with Application Request Routing (which Azure App Service and the first Application Gateway
//! are built on), HTTP.sys in the kernel, Application Gateway v2 (an nginx), Front Door.
//!
//! The pages of IIS are the same whoever runs it, so that App Service and Application Gateway v1 are called IIS too.

use crate::diagnosis::cause::Cause::{
    ApplicationMade, EdgeRule, Maintenance, Overload, UpstreamDns, UpstreamEmpty, UpstreamInvalid,
    UpstreamRefused, UpstreamReset, UpstreamTimeout, UpstreamTls, UpstreamUnavailable,
};
use crate::diagnosis::gateway::Gateway;
use crate::diagnosis::signature::Sign::{
    self, Any, Body, BodyIs, BodyStarts, BodyWithin, Header, HeaderStarts, NoBody, Status,
};
use crate::diagnosis::signature::{Signature, Source};

const IIS: Signature = Signature {
    name: "",
    gateway: Gateway::Iis,
    signs: &[],
    causes: &[],
    confidence: 0.9,
    is_page: true,
    shows: "",
    source: Source::Captured("pages of IIS and Azure App Service pasted in public repositories"),
};

const GATEWAY: Signature = Signature {
    gateway: Gateway::AzureAppGateway,
    confidence: 0.98,
    source: Source::Captured(
        "pages and heads with `Microsoft-Azure-Application-Gateway/v2` in public repositories",
    ),
    ..IIS
};

const DOOR: Signature = Signature {
    gateway: Gateway::AzureFrontDoor,
    confidence: 0.97,
    is_page: false,
    source: Source::Documented("https://learn.microsoft.com/azure/frontdoor/troubleshoot-issues"),
    ..IIS
};

/// Application Gateway v2 by its page, or by its `Server`, which it only puts on answers of its own.
macro_rules! application_gateway {
    ($status:literal, $title:literal) => {
        &[
            Any(&[BodyStarts("<html>"), NoBody]),
            Any(&[
                HeaderStarts("server", "Microsoft-Azure-Application-Gateway"),
                Body("<center>Microsoft-Azure-Application-Gateway"),
            ]),
            Any(&[Body(concat!("<h1>", $title)), Status(&[$status])]),
        ]
    };
}

/// It came through Front Door, or is its page, which has no head of HTML.
const MAY_BE_DOOR: Sign =
    Any(&[BodyStarts("<h2>Our services aren't available right now"), Header("x-azure-ref")]);

/// Pages of IIS begin so.
const IIS_PAGE: Sign = Any(&[
    BodyStarts("<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\""),
    BodyStarts("<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\""),
    HeaderStarts("server", "Microsoft-"),
    Body("IIS "),
    Body("ANCM "),
]);

/// The rows, the most telling first.
pub(super) const SIGNATURES: &[Signature] = &[
    Signature {
        name: "azure_app_gateway_502",
        signs: application_gateway!(502, "502 Bad Gateway"),
        causes: &[
            (UpstreamUnavailable, 0.35),
            (UpstreamRefused, 0.2),
            (UpstreamTls, 0.15),
            (UpstreamReset, 0.15),
            (UpstreamInvalid, 0.1),
            (UpstreamDns, 0.05),
        ],
        shows: "the page names Azure Application Gateway: no healthy backend, or one that closed or sent what it could not read",
        ..GATEWAY
    },
    Signature {
        name: "azure_app_gateway_504",
        signs: application_gateway!(504, "504 Gateway Time-out"),
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "the page names Azure Application Gateway: the backend took longer than the time set",
        ..GATEWAY
    },
    Signature {
        name: "azure_app_gateway_503",
        signs: application_gateway!(503, "503 Service Temporarily Unavailable"),
        causes: &[(Overload, 0.6), (UpstreamUnavailable, 0.4)],
        shows: "the page names Azure Application Gateway",
        ..GATEWAY
    },
    Signature {
        name: "azure_app_gateway_403",
        signs: application_gateway!(403, "403 Forbidden"),
        causes: &[(EdgeRule, 0.97)],
        shows: "the firewall of Azure Application Gateway refuses this request",
        ..GATEWAY
    },
    Signature {
        name: "azure_front_door_timeout",
        signs: &[MAY_BE_DOOR, Any(&[Status(&[504]), Body("OriginTimeout")])],
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "Azure Front Door says that the origin took longer than the time set",
        ..DOOR
    },
    Signature {
        name: "azure_front_door_invalid",
        signs: &[MAY_BE_DOOR, Body("OriginInvalidResponse")],
        causes: &[(UpstreamInvalid, 0.9), (UpstreamTls, 0.1)],
        shows: "Azure Front Door says that it could not read the answer of the origin, or not trust its certificate",
        ..DOOR
    },
    Signature {
        name: "azure_front_door_external",
        signs: &[Header("x-azure-externalerror")],
        causes: &[(UpstreamTls, 0.5), (UpstreamRefused, 0.3), (UpstreamTimeout, 0.2)],
        shows: "Azure Front Door names an error of its connection to the origin in X-Azure-ExternalError",
        source: Source::Documented(
            "https://learn.microsoft.com/azure/frontdoor/front-door-http-headers-protocol",
        ),
        ..DOOR
    },
    Signature {
        name: "azure_front_door_page",
        signs: &[Body("Our services aren't available right now")],
        causes: &[(UpstreamUnavailable, 0.6), (EdgeRule, 0.25), (UpstreamTls, 0.15)],
        is_page: true,
        shows: "the page is that of Azure Front Door: no route, or no origin that answers",
        source: Source::Captured("the page in logs of GitHub Actions, pasted in public repositories, 2026"),
        ..DOOR
    },
    Signature {
        name: "azure_front_door_blocked",
        signs: &[
            Status(&[403]),
            Any(&[Body("<h2>The request is blocked.</h2>"), BodyStarts("The request is blocked.")]),
        ],
        causes: &[(EdgeRule, 0.97)],
        shows: "the firewall of Azure Front Door refuses this request",
        source: Source::Captured(
            "`The request is blocked.` among the marks of block pages in public repositories",
        ),
        ..DOOR
    },
    Signature {
        name: "iis_arr_refused",
        signs: &[
            IIS_PAGE,
            Body("502.3 - Bad Gateway"),
            Any(&[
                Body("could not be established"),
                Body("0x80072efd"),
                Body("connection error while trying to route"),
            ]),
        ],
        causes: &[(UpstreamRefused, 0.9), (UpstreamTimeout, 0.1)],
        shows: "the page is that of IIS: it could not connect to the server behind",
        ..IIS
    },
    Signature {
        name: "iis_arr_timeout",
        signs: &[
            IIS_PAGE,
            Any(&[
                Body("502.3 - Bad Gateway"),
                Body("500 - The request timed out."),
                Body("504.0 GatewayTimeout"),
                Body("<title>504"),
            ]),
            Any(&[
                Body("The operation timed out"),
                Body("failed to respond within the specified time"),
                Body("did not receive a response from"),
                Body("0x80072ee2"),
            ]),
        ],
        causes: &[(UpstreamTimeout, 0.97)],
        shows: "the page is that of IIS: the server behind took longer than the time set",
        ..IIS
    },
    Signature {
        name: "iis_arr_502_3",
        signs: &[IIS_PAGE, Body("502.3 - Bad Gateway")],
        causes: &[(UpstreamReset, 0.3), (UpstreamRefused, 0.3), (UpstreamEmpty, 0.2), (UpstreamTimeout, 0.2)],
        shows: "the page is that of IIS, which routes to a server behind",
        ..IIS
    },
    Signature {
        name: "iis_arr_502_4",
        signs: &[IIS_PAGE, Any(&[Body("502.4 - Bad Gateway"), Body("No appropriate server could be found")])],
        causes: &[(UpstreamUnavailable, 0.97)],
        shows: "the page is that of IIS: no server of its farm is healthy",
        ..IIS
    },
    Signature {
        name: "iis_start_failure",
        signs: &[
            IIS_PAGE,
            Any(&[
                Body("HTTP Error 500.3"),
                Body("HTTP Error 502.5"),
                Body("ANCM "),
                Body("The specified CGI application encountered an error"),
            ]),
        ],
        causes: &[(UpstreamUnavailable, 0.6), (ApplicationMade, 0.4)],
        shows: "the page is that of IIS: the ASP.NET Core application behind it does not start, or died",
        ..IIS
    },
    Signature {
        name: "iis_arr_502",
        signs: &[Body("received an invalid response while acting as a gateway or proxy server")],
        causes: &[
            (UpstreamRefused, 0.3),
            (UpstreamTimeout, 0.25),
            (UpstreamUnavailable, 0.2),
            (UpstreamInvalid, 0.15),
            (UpstreamReset, 0.1),
        ],
        confidence: 0.8,
        shows: "the page is that of IIS as a proxy, of Azure App Service or of the first Azure Application Gateway; it is one for all faults",
        source: Source::Documented(
            "https://learn.microsoft.com/azure/application-gateway/application-gateway-troubleshooting-502",
        ),
        ..IIS
    },
    Signature {
        name: "iis_http_sys_503",
        signs: &[
            BodyWithin(2000),
            Any(&[
                Body("HTTP Error 503. The service is unavailable."),
                BodyIs("The service is unavailable."),
                Body("HTTP Error 503.2"),
                Body("HTTP Error 503.3"),
                Body("HTTP Error 503.4"),
            ]),
        ],
        causes: &[(UpstreamUnavailable, 0.75), (Overload, 0.15), (Maintenance, 0.1)],
        confidence: 0.97,
        shows: "the page is that of Windows' own HTTP.sys: the application pool is stopped, or its queue is full",
        source: Source::Documented(
            "https://learn.microsoft.com/troubleshoot/azure/cloud-services/ (HTTP Error 503. The service is unavailable.)",
        ),
        ..IIS
    },
    Signature {
        name: "azure_app_stopped",
        signs: &[Any(&[
            Body("This web app is stopped."),
            Body("<title>Web App - Unavailable</title>"),
            Body("Site Disabled</title>"),
        ])],
        causes: &[(Maintenance, 0.5), (UpstreamUnavailable, 0.3), (Overload, 0.2)],
        shows: "Azure App Service says that the web app is stopped, by hand or by its quota",
        ..IIS
    },
    Signature {
        name: "azure_app_error",
        signs: &[Body("Application Error"), Body("you can access the"), Body("diagnostic resources")],
        causes: &[(UpstreamUnavailable, 0.6), (UpstreamRefused, 0.3), (UpstreamTimeout, 0.1)],
        shows: "Azure App Service says that the container of the application does not start or does not answer",
        ..IIS
    },
    Signature {
        name: "azure_function_host",
        signs: &[BodyStarts("Function host is not running.")],
        causes: &[(UpstreamUnavailable, 0.95)],
        confidence: 0.8,
        shows: "Azure Functions says that the host of the functions does not start",
        source: Source::Code("Azure/azure-functions-host, `Function host is not running.` with 503"),
        ..IIS
    },
    Signature {
        name: "azure_container_app",
        signs: &[BodyStarts("<!DOCTYPE html>"), Body("Azure Container App - Unavailable")],
        causes: &[(UpstreamUnavailable, 0.6), (EdgeRule, 0.4)],
        gateway: Gateway::Envoy,
        confidence: 0.7,
        shows: "Azure Container Apps (Envoy inside) has no running app for this host name",
        ..IIS
    },
    Signature {
        name: "iis_asp_net_error",
        signs: &[
            Body("Server Error in '"),
            Any(&[Body("Runtime Error"), Body("ASP.NET"), Body("Application.")]),
        ],
        causes: &[(ApplicationMade, 0.97)],
        shows: "the page is that of ASP.NET: the application's own code failed",
        ..IIS
    },
    Signature {
        name: "iis_500",
        signs: &[Any(&[
            Body("500 - Internal server error."),
            Body("The page cannot be displayed because an internal server error has occurred."),
        ])],
        causes: &[(ApplicationMade, 0.95)],
        shows: "the page is that of IIS for an application that failed",
        ..IIS
    },
];
