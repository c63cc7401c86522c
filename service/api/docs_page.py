"""The page about the API, for a browser; everything that it loads comes from this service.

The handlers are of this module, and none is made for one application: FastAPI remembers every handler that
it has looked at as long as the process lives, and would keep the application with it, index and all.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html
from starlette.responses import HTMLResponse

#: Where ``FastAPIOffline`` mounts what the page loads.
_STATIC = "/static-offline-docs"
_REDIRECT = "/docs/oauth2-redirect"
router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The document as a page to read and to try."""
    root = request.scope.get("root_path", "")
    return get_swagger_ui_html(
        openapi_url=f"{root}/openapi.json",
        title=f"{request.app.title} - Swagger UI",
        oauth2_redirect_url=_REDIRECT,
        swagger_js_url=f"{root}{_STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{_STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{root}{_STATIC}/favicon.png",
    )


@router.get(_REDIRECT)
async def docs_redirect() -> HTMLResponse:
    """Where the page comes back to from a sign-in elsewhere."""
    return get_swagger_ui_oauth2_redirect_html()
