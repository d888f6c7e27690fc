/** What the providers that are asked here, by `/api/capabilities`, mean to whoever asks for a video. */

const OFFLINE = "offline"; // the writer that is no model
const FREE = new Set([OFFLINE, "piper", "edge", "folder", "pexels", "pixabay", "bundled"]);
/* those that are never paid; of others, such as those of packages, nobody knows */

/** Whether a video may cost money here: somebody is asked who isn't known to be free. */
export function mayCost(ports) {
  return ports.some(({ providers }) => asked(providers).some(({ name }) => !FREE.has(name)));
}

/** Behind what only a model does: that none writes here, if so. */
export function byModel(ports) {
  const writers = ports.find(({ port }) => port === "writer")?.providers ?? [];
  const isModel = ({ name }) => name !== OFFLINE;
  return asked(writers).some(isModel) ? "" : "; none writes here, so it changes nothing";
}

/** The others only could be: no setting names them. */
function asked(providers) {
  return providers.filter(({ place }) => place !== null);
}
