"""Pixabay on loopback, as its documentation describes it: searches, single hits, and files."""

from typing import Any, NamedTuple

from loopback import Asked, Loopback, Reply, file_reply, json_reply

KEY = "pixabay-key-0001"
SIZES = ("large", "medium", "small", "tiny")


class Item(NamedTuple):
    """A video or photo that the library has."""

    number: int
    is_clip: bool
    tags: str
    content: bytes
    sizes: list[tuple[int, int]]
    """of a video's files, the largest first; of a photo's original alone"""
    seconds: int


class PixabayServer(Loopback):
    """Finds what has a word of the query among its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []
        self.bad_rows: list[Any] = []
        """that come first in each search"""

    def add(
        self,
        tags: str,
        content: bytes,
        *sizes: tuple[int, int],
        is_clip: bool = True,
        seconds: int = 1,
    ) -> Item:
        item = Item(2000 + len(self.items), is_clip, tags, content, list(sizes), seconds)
        self.items.append(item)
        return item

    def reply(self, asked: Asked) -> Reply:
        if asked.path.startswith("/files/"):
            [item] = [i for i in self.items if i.number == int(asked.path.split("/")[2])]
            kind = "video/mp4" if item.is_clip else "image/jpeg"
            return file_reply(asked, item.content, kind)
        if asked.query.get("key") != KEY:
            text = b"[ERROR 400] Invalid or missing API key (https://pixabay.com/api/docs/)."
            return Reply(400, text, {"content-type": "text/html"})
        is_clip = asked.path == "/api/videos/"
        if "id" in asked.query:
            rows = [self.row(i) for i in self.items if str(i.number) == asked.query["id"]]
        else:
            words = set(asked.query["q"].lower().split())
            rows = [
                *self.bad_rows,
                *(
                    self.row(item)
                    for item in self.items
                    if item.is_clip is is_clip
                    and words & set(item.tags.replace(",", "").lower().split())
                ),
            ]
        limits = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "99"}
        answer = {"total": len(rows), "totalHits": len(rows), "hits": rows}
        return json_reply(answer, **limits, **{"x-ratelimit-reset": "60"})

    def row(self, item: Item) -> dict[str, Any]:
        file = f"{self.origin}/files/{item.number}"
        kind = "videos" if item.is_clip else "photos"
        shared: dict[str, Any] = {
            "id": item.number,
            "pageURL": f"https://pixabay.com/{kind}/id-{item.number}/",
            "type": "film" if item.is_clip else "photo",
            "tags": item.tags,
            "views": 1,
            "user_id": 1,
            "user": "Coverr-Free-Footage",
            "userImageURL": "",
        }
        if not item.is_clip:
            width, height = item.sizes[0]
            return shared | {
                "imageWidth": width,
                "imageHeight": height,
                "imageSize": len(item.content),
                "largeImageURL": f"{file}/large_1280.jpg",
            }
        files: dict[str, Any] = {
            name: {
                "url": f"{file}/{name}.mp4",
                "width": size[0],
                "height": size[1],
                "size": len(item.content),
                "thumbnail": f"{file}/{name}.jpg",
            }
            for name, size in zip(SIZES[-len(item.sizes) :], item.sizes, strict=True)
        }
        if "large" not in files:
            files["large"] = {"url": "", "width": 0, "height": 0, "size": 0}
        return shared | {"duration": item.seconds, "videos": files}
