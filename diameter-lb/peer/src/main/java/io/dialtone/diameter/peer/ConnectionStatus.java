package io.dialtone.diameter.peer;

/**
 * What status shows of a connection with a peer. Immutable.
 *
 * @param state where the peer state machine is
 * @param watchdog what the watchdog thinks of it
 * @param remote who is at the other end; empty if it is not open
 * @param queuedBytes what waits to leave
 */
public record ConnectionStatus(PeerState state, WatchdogState watchdog, String remote, int queuedBytes) {}
