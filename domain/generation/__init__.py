"""Generation: from a brief to a video. ``domain.generation.pipeline`` is where to start."""

from domain.generation.brief import Brief, SceneInput, ShotKind, check_brief
from domain.generation.captions import Cue, CueWord, SidecarCue
from domain.generation.narration import SceneNarration, SpokenSentence, Utterance, Word
from domain.generation.packaging import Credit, Manifest, Metadata, Video
from domain.generation.script import Scene, Script, Sentence, Source
from domain.generation.storyboard import SceneBoard, Shot, Storyboard

__all__ = [
    "Brief",
    "Credit",
    "Cue",
    "CueWord",
    "Manifest",
    "Metadata",
    "Scene",
    "SceneBoard",
    "SceneInput",
    "SceneNarration",
    "Script",
    "Sentence",
    "Shot",
    "ShotKind",
    "SidecarCue",
    "Source",
    "SpokenSentence",
    "Storyboard",
    "Utterance",
    "Video",
    "Word",
    "check_brief",
]
