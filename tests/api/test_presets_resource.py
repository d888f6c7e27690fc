"""/api/presets, and requests that name one."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from dishka import Provider
from dishka import Scope as Lifetime
from live_server import serve
from msgspec.structs import fields

from app.config import Settings
from app.container import make_container
from app.controllers.examples import REQUEST_EXAMPLES
from domain.access import Keys, Scope
from domain.presets import Preset, PresetStore

BRAND: dict[str, Any] = {
    "aspect_ratio": "1:1",
    "brand": {"palette": "lagoon", "accent": "#FFB703"},
    "captions": {"style": "box"},
    "metadata": {"channel": "bees", "tags": ["a", "b"]},
}
SCRIPT = "Bees need flowers, and flowers need bees."


async def keep(api: httpx.AsyncClient, name: str = "brand", **fields: Any) -> httpx.Response:
    response = await api.put(f"/api/presets/{name}", json=fields or BRAND)
    assert response.status_code in (200, 201), response.text
    return response


async def generate(api: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await api.post("/api/generate", json={"script": SCRIPT, "preset": "brand"} | body)


def errors_of(response: httpx.Response, status: int = 400) -> dict[str, dict[str, str]]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return {error["pointer"]: error for error in response.json()["errors"]}


# -- the resource ------------------------------------------------------------------------------


async def test_a_preset_is_kept_read_listed_replaced_and_forgotten(api: httpx.AsyncClient) -> None:
    made = await keep(api)
    assert (made.status_code, made.headers["location"]) == (201, "/api/presets/brand")
    assert made.json()["request"] == BRAND
    assert (await api.get("/api/presets/brand")).json() == made.json()
    assert (await api.get("/api/presets")).json() == {"items": [made.json()]}

    replaced = await keep(api, seed=7)
    assert replaced.status_code == 200
    assert replaced.json()["request"] == {"seed": 7}
    assert replaced.json()["created_at"] == made.json()["created_at"]

    assert (await api.delete("/api/presets/brand")).status_code == 204
    for gone in (await api.get("/api/presets/brand"), await api.delete("/api/presets/brand")):
        assert (gone.status_code, gone.json()["code"]) == (404, "preset_not_found")
        assert "/api/presets" in gone.json()["hint"]


@pytest.mark.parametrize("example", REQUEST_EXAMPLES["put", "/api/presets/{name}"].values())
async def test_every_example_is_accepted(api: httpx.AsyncClient, example: dict[str, Any]) -> None:
    await keep(api, **example["value"])
    assert (await generate(api)).status_code == 202


async def test_an_old_etag_does_not_overwrite_somebody_else_s_change(
    api: httpx.AsyncClient,
) -> None:
    first = await keep(api)
    header = {"if-match": first.headers["etag"]}
    second = await api.put("/api/presets/brand", json={"seed": 1}, headers=header)
    assert second.status_code == 200
    assert second.headers["etag"] != first.headers["etag"]

    refused = await api.put("/api/presets/brand", json={"seed": 2}, headers=header)
    assert (refused.status_code, refused.json()["code"]) == (412, "preset_changed")
    assert (await api.get("/api/presets/brand")).json() == second.json()
    absent = await api.put("/api/presets/other", json={}, headers={"if-match": "*"})
    assert absent.status_code == 412
    for senseless in ("abc", '"a", "b"', '""', 'W/"a"'):
        response = await api.put("/api/presets/brand", json={}, headers={"if-match": senseless})
        assert "/If-Match" in errors_of(response)


@pytest.mark.parametrize("name", ["Brand", "a_b", "-a", "a" * 65, "%00", "a%0a", "ä"])
async def test_a_name_that_is_none_is_refused_and_not_found(
    api: httpx.AsyncClient, name: str
) -> None:
    assert "/name" in errors_of(await api.put(f"/api/presets/{name}", json={}))
    assert (await api.get(f"/api/presets/{name}")).status_code == 404
    assert (await api.delete(f"/api/presets/{name}")).status_code == 404


async def test_all_wrong_fields_of_a_preset_are_named_as_those_of_a_request(
    api: httpx.AsyncClient,
) -> None:
    wrong = {
        "aspect_ratio": "4:3",
        "duration": "30",
        "voice": {"speed": 9, "id": "nobody"},
        "music": {"mood": "angry-polka"},
        "brand": {"palette": "mauve"},
        "scenes": [{"text": "A.", "media": "../../etc/passwd"}, {}],
        "preset": "another",
        "aspectRatio": "9:16",
    }
    named = errors_of(await api.put("/api/presets/brand", json=wrong))
    assert {
        "/aspect_ratio": "not_a_choice",
        "/duration": "wrong_type",
        "/voice/speed": "too_large",
        "/voice/id": "voice_not_found",
        "/music/mood": "music_not_found",
        "/scenes/0/media": "media_not_found",
        "/scenes/1/text": "missing",
        "/preset": "not_taken",
        "/aspectRatio": "unknown_field",
    }.items() <= {pointer: error["code"] for pointer, error in named.items()}.items()
    assert any(pointer.startswith("/brand") for pointer in named)
    assert (await api.get("/api/presets")).json() == {"items": []}


async def test_names_of_a_preset_with_nothing_else_wrong_are_looked_up(
    api: httpx.AsyncClient,
) -> None:
    body = {"voice": {"id": "nobody"}, "music": {"mood": "angry-polka"}, "topic": "Octopuss"}
    named = errors_of(await api.put("/api/presets/brand", json=body))
    assert set(named) == {"/voice/id", "/music/mood", "/topic"}


async def test_what_may_fit_a_request_is_no_fault_of_a_preset(api: httpx.AsyncClient) -> None:
    await keep(api, duration=300)
    await keep(api, voice={"speed": 1.1})
    await keep(api, script=SCRIPT, seed=7)


async def test_a_preset_may_be_empty_and_not_endless(api: httpx.AsyncClient) -> None:
    assert (await api.put("/api/presets/brand", json={})).status_code == 201
    much = {"metadata": {"x": "y" * 70_000}}
    assert "65,536" in errors_of(await api.put("/api/presets/brand", json=much))[""]["message"]
    for body in ([], "x", None, 3):
        assert errors_of(await api.put("/api/presets/brand", json=body))


# -- requests that name one --------------------------------------------------------------------


async def test_a_request_has_the_preset_s_fields_under_its_own(api: httpx.AsyncClient) -> None:
    await keep(api)
    response = await generate(
        api, brand={"accent": "#00AACC"}, metadata={"tags": ["c"], "order": 1}
    )
    assert response.status_code == 202, response.text
    request = response.json()["request"]
    assert request["preset"] == "brand"
    assert request["aspect_ratio"] == "1:1"
    assert request["captions"]["style"] == "box"
    assert (request["brand"]["palette"], request["brand"]["accent"]) == ("lagoon", "#00AACC")
    assert request["metadata"] == {"channel": "bees", "tags": ["c"], "order": 1}
    shown = await api.get(f"/api/jobs/{response.json()['id']}")
    assert shown.json()["request"] == request


async def test_a_request_without_a_preset_has_none(api: httpx.AsyncClient) -> None:
    await keep(api)
    for body in ({"script": SCRIPT}, {"script": SCRIPT, "preset": None}):
        request = (await api.post("/api/generate", json=body)).json()["request"]
        assert (request["preset"], request["aspect_ratio"]) == (None, "9:16")


async def test_a_request_without_a_preset_asks_for_none(
    make_settings: Callable[..., Settings],
) -> None:
    """Nothing is asked of the store: there is none to be asked."""
    nowhere = Provider(scope=Lifetime.APP)
    nowhere.provide(lambda: None, provides=PresetStore)
    with serve(make_settings(), nowhere) as address:
        async with httpx.AsyncClient(base_url=address, timeout=180) as api:
            plain = await api.post("/api/generate", json={"script": SCRIPT})
            named = await generate(api)
    assert (plain.status_code, named.status_code) == (202, 500)


async def test_null_takes_a_field_of_the_preset_away(api: httpx.AsyncClient) -> None:
    await keep(api)
    request = (await generate(api, captions=None, aspect_ratio=None)).json()["request"]
    assert (request["captions"]["style"], request["aspect_ratio"]) == ("highlight", "9:16")


async def test_a_preset_may_hold_the_source_and_a_request_another(api: httpx.AsyncClient) -> None:
    await keep(api, script=SCRIPT)
    alone = await api.post("/api/generate", json={"preset": "brand"})
    assert alone.json()["request"]["script"] == SCRIPT
    other = await api.post("/api/generate", json={"preset": "brand", "scenes": [{"text": "Hi."}]})
    assert (other.status_code, other.json()["request"]["script"]) == (202, None)


async def test_jobs_keep_what_their_preset_was(api: httpx.AsyncClient) -> None:
    await keep(api)
    job = (await generate(api)).json()
    await api.delete("/api/presets/brand")
    assert (await api.get(f"/api/jobs/{job['id']}")).json()["request"] == job["request"]


async def test_an_unknown_preset_is_told_with_those_there_are(api: httpx.AsyncClient) -> None:
    refused = await generate(api)
    assert (refused.status_code, refused.json()["code"]) == (422, "preset_unknown")
    assert "PUT /api/presets" in refused.json()["hint"]
    await keep(api, "brand-shorts", seed=1)
    await keep(api, "other", seed=1)
    refused = await generate(api)
    assert (refused.status_code, refused.json()["code"]) == (422, "preset_unknown")
    assert refused.json()["errors"][0]["pointer"] == "/preset"
    for told in ("brand-shorts", "other"):
        assert told in refused.json()["hint"]


async def test_an_unknown_preset_hides_no_other_error(api: httpx.AsyncClient) -> None:
    refused = await generate(api, duration="30", voice={"id": "nobody"}, aspectRatio="9:16")
    named = errors_of(refused)
    assert set(named) == {"/preset", "/duration", "/voice/id", "/aspectRatio"}
    assert named["/preset"]["code"] == "preset_unknown"


@pytest.mark.parametrize("preset", [3, {}, ["brand"], True])
async def test_a_preset_that_is_no_text_is_the_wrong_type(
    api: httpx.AsyncClient, preset: Any
) -> None:
    assert errors_of(await generate(api, preset=preset))["/preset"]["code"] == "wrong_type"


@pytest.mark.parametrize("preset", ["", "Brand", "brand\n", "a\0b", "../brand"])
async def test_a_preset_of_an_impossible_name_is_refused(
    api: httpx.AsyncClient, preset: str
) -> None:
    await keep(api)
    response = await generate(api, preset=preset)
    assert response.status_code in (400, 422)
    assert "/preset" in errors_of(response, response.status_code)


async def test_an_endless_name_of_a_preset_is_not_sent_back(api: httpx.AsyncClient) -> None:
    await keep(api)
    refused = await generate(api, preset="brand" * 10_000)
    assert "/preset" in errors_of(refused, refused.status_code)
    assert len(refused.content) < 2_000


async def test_an_error_says_whether_the_value_is_the_preset_s(api: httpx.AsyncClient) -> None:
    await keep(api, duration=300, voice={"speed": 1.1})
    named = errors_of(await generate(api, voice={"speed": 9}))
    assert "(from the preset 'brand')" in named["/duration"]["message"]
    assert "PUT /api/presets/brand" in named["/duration"]["hint"]
    assert "preset" not in named["/voice/speed"]["message"]


async def test_a_single_error_of_the_preset_s_is_told_as_its(
    make_settings: Callable[..., Settings], tmp_path: Any
) -> None:
    """A file that was there when the preset was kept, and isn't any more."""
    folder = tmp_path / "media"
    folder.mkdir()
    settings = make_settings(media_dir=folder)
    picture = folder / "bee.png"
    picture.write_bytes(PNG)
    with serve(settings) as address:
        async with httpx.AsyncClient(base_url=address, timeout=180) as api:
            await keep(api, scenes=[{"text": SCRIPT, "media": "bee.png"}])
            picture.unlink()
            refused = await api.post("/api/generate", json={"preset": "brand"})
    assert (refused.status_code, refused.json()["code"]) == (422, "media_not_found")
    assert "from the preset 'brand'" in refused.json()["detail"]
    assert "from the preset 'brand'" in refused.json()["errors"][0]["message"]
    assert "PUT /api/presets/brand" in refused.json()["hint"]


async def test_the_key_stands_for_what_was_sent_whatever_becomes_of_the_preset(
    api: httpx.AsyncClient,
) -> None:
    await keep(api)
    header = {"idempotency-key": "order-7"}
    body = {"script": SCRIPT, "preset": "brand"}
    first = await api.post("/api/generate", json=body, headers=header)
    assert first.status_code == 202

    await keep(api, aspect_ratio="16:9")
    changed = await api.post("/api/generate", json=body, headers=header)
    await api.delete("/api/presets/brand")
    gone = await api.post("/api/generate", json=body, headers=header)

    for again in (changed, gone):
        assert again.status_code == 202, again.text
        assert again.headers["idempotency-replayed"] == "true"
        assert again.json() == first.json()
    other = await api.post("/api/generate", json=body | {"seed": 1}, headers=header)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


# -- whose they are ----------------------------------------------------------------------------


async def key_of(api: httpx.AsyncClient, *scopes: str) -> dict[str, str]:
    made = await api.post("/api/keys", json={"name": "x", "scopes": scopes})
    return {"authorization": f"Bearer {made.json()['token']}"}


async def test_presets_are_read_and_written_with_the_scopes_of_jobs(
    api: httpx.AsyncClient,
) -> None:
    await keep(api)
    reader, nobody = await key_of(api, "jobs:read"), await key_of(api, "videos:write")
    assert (await api.get("/api/presets/brand", headers=reader)).status_code == 200
    assert (await api.put("/api/presets/x", json={}, headers=reader)).status_code == 403
    assert (await api.delete("/api/presets/brand", headers=reader)).status_code == 403
    assert (await api.get("/api/presets", headers=nobody)).status_code == 403


async def test_an_account_has_no_part_in_another_s_presets(
    api: httpx.AsyncClient, settings: Settings
) -> None:

    await keep(api)
    container = make_container(settings)
    made = await (await container.get(Keys)).create("studio", "x", [Scope.ADMIN])
    await container.close()
    studio = {"authorization": f"Bearer {made.token}"}
    assert (await api.get("/api/presets", headers=studio)).json() == {"items": []}
    assert (await api.get("/api/presets/brand", headers=studio)).status_code == 404
    assert (await api.delete("/api/presets/brand", headers=studio)).status_code == 404
    body = {"script": SCRIPT, "preset": "brand"}
    refused = await api.post("/api/generate", json=body, headers=studio)
    assert refused.json()["code"] == "preset_unknown"
    assert "brand" not in refused.json()["hint"]


async def test_the_document_describes_a_preset_s_fields(api: httpx.AsyncClient) -> None:
    document = (await api.get("/schema/openapi.json")).json()
    [name] = document["paths"]["/api/presets/{name}"]["delete"]["parameters"]
    assert name["schema"]["pattern"].startswith("^[a-z0-9]")
    schemas = document["components"]["schemas"]
    partial = schemas["PartialBrief"]
    assert partial["additionalProperties"] is False
    assert not partial.get("required")
    assert "seconds" in partial["properties"]["duration"]["description"]
    assert set(schemas["Preset"]["properties"]) == {field.name for field in fields(Preset)}


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8"
    "ffff3f0005fe02fea735c8e50000000049454e44ae426082"
)
