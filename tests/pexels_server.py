"""Pexels on loopback, as its documentation describes it: searches, single hits, and files."""

from typing import Any, NamedTuple

from loopback import Asked, Loopback, Reply, file_reply, json_reply

KEY = "pexels-key-0001"


class Item(NamedTuple):
    """A video or photo that the library has."""

    number: int
    is_clip: bool
    label: str
    content: bytes
    sizes: list[tuple[int, int]]
    """of a video's files, the largest first; of a photo's original alone"""
    seconds: int
    page: str


class PexelsServer(Loopback):
    """Finds what has a word of the query in its label."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []
        self.bad_rows: list[Any] = []
        """that come first in each search"""

    def add(
        self,
        label: str,
        content: bytes,
        *sizes: tuple[int, int],
        is_clip: bool = True,
        seconds: int = 1,
    ) -> Item:
        number = 1000 + len(self.items)
        kind = "video" if is_clip else "photo"
        slug = label.lower().replace(" ", "-")
        page = f"https://www.pexels.com/{kind}/{slug}-{number}/"
        item = Item(number, is_clip, label, content, list(sizes), seconds, page)
        self.items.append(item)
        return item

    def reply(self, asked: Asked) -> Reply:
        if asked.path.startswith("/files/"):
            [item] = [i for i in self.items if i.number == int(asked.path.split("/")[2])]
            kind = "video/mp4" if item.is_clip else "image/jpeg"
            return file_reply(asked, item.content, kind)
        if asked.headers.get("authorization") != KEY:
            return json_reply({"error": "Authorization field missing"}, 401)
        is_clip = asked.path.startswith("/videos/")
        if asked.path in ("/videos/search", "/v1/search"):
            words = set(asked.query["query"].lower().split())
            rows = [
                *self.bad_rows,
                *(
                    self.row(item)
                    for item in self.items
                    if item.is_clip is is_clip and words & set(item.label.lower().split())
                ),
            ]
            answer = {
                "page": 1,
                "per_page": int(asked.query["per_page"]),
                "total_results": len(rows),
                "url": "https://www.pexels.com/search/",
                ("videos" if is_clip else "photos"): rows,
            }
            limits = {"x-ratelimit-limit": "20000", "x-ratelimit-remaining": "19684"}
            return json_reply(answer, **limits, **{"x-ratelimit-reset": "1990529854"})
        found = [i for i in self.items if asked.path.endswith(f"s/{i.number}")]
        return json_reply(self.row(found[0])) if found else json_reply({"status": 404}, 404)

    def row(self, item: Item) -> dict[str, Any]:
        width, height = item.sizes[0]
        file = f"{self.origin}/files/{item.number}"
        shared = {"id": item.number, "width": width, "height": height, "url": item.page}
        if not item.is_clip:
            return shared | {
                "photographer": "Ana Pereira",
                "photographer_url": "https://www.pexels.com/@ana",
                "photographer_id": 2,
                "avg_color": "#205080",
                "src": {"original": f"{file}/original.jpeg", "large2x": f"{file}/x.jpeg?dpr=2"},
                "liked": False,
                "alt": item.label,
            }
        files: list[dict[str, Any]] = [
            {
                "id": number,
                "quality": "hd" if min(size) >= 720 else "sd",
                "file_type": "video/mp4",
                "width": size[0],
                "height": size[1],
                "fps": 30.0,
                "link": f"{file}/{size[0]}_{size[1]}.mp4",
            }
            for number, size in enumerate(item.sizes)
        ]
        files.append({"id": 99, "quality": "hls", "file_type": "video/mp4", "width": None})
        return shared | {
            "image": "https://images.pexels.com/videos/1/free-video-1.jpg",
            "duration": item.seconds,
            "user": {"id": 1, "name": "Joey Farina", "url": "https://www.pexels.com/@joey"},
            "video_files": files,
            "video_pictures": [],
        }
