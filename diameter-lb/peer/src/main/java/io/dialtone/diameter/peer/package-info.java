/**
 * Diameter peers: RFC 6733 section 5 and the watchdog of RFC 3539, without sockets, threads or clock.
 *
 * <p>A transport calls {@link io.dialtone.diameter.peer.PeerDoor} and fills {@link io.dialtone.diameter.peer.PeerTransport} and {@link
 * io.dialtone.diameter.peer.PeerConnection}; an agent fills {@link io.dialtone.diameter.peer.PeerListener} and sends by {@link
 * io.dialtone.diameter.peer.Peer}. Base messages end here: capabilities, watchdogs, disconnects; all others go to the listener.
 *
 * <p>All of it belongs to one thread, the loop that owns the connections. Time is an argument. Nothing that comes from the wire makes any of it throw.
 */
@NullMarked
package io.dialtone.diameter.peer;

import org.jspecify.annotations.NullMarked;
