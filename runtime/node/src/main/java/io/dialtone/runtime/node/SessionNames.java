package io.dialtone.runtime.node;

import io.dialtone.sip.codec.SipMessage;

/** Says which session a message belongs to, by a number that is the same for all legs of a call and on all processes. For one thread. */
@FunctionalInterface
interface SessionNames {
    /** The number of the session of a message that has a Call-ID. */
    long sessionOf(SipMessage message);
}
