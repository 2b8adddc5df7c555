package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.peer.Peer;

/** Serves requests that are for this node itself (RFC 6733 section 6.1.4), if anybody here does. Called only by the relay's thread. */
@FunctionalInterface
public interface LocalRequests {
    /** Nobody does: such requests are answered 3001. */
    LocalRequests NONE = (from, session, request, nowNs) -> false;

    /**
     * A request, valid until this returns.
     *
     * @param session the answer goes by {@link Peer#reply} with it
     * @return false if it is not served here and shall be answered 3001
     */
    boolean onRequest(Peer from, long session, DiameterMessage request, long nowNs);
}
