// Trains beside the page, which goes on drawing: one answer for each message.

import { makeSession } from "../maths/session.js";

const session = makeSession();
self.onmessage = ({ data }) => self.postMessage(session(data));
