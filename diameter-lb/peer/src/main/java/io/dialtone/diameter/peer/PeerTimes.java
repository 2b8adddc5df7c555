package io.dialtone.diameter.peer;

import java.time.Duration;

/**
 * How long each step with a peer may take. Immutable; for set-up.
 *
 * @param connect until a connection that we dial is there
 * @param capabilities until a CER has come by a connection that was accepted, until our CER is answered, and until an election is decided
 * @param drain how long requests under way may take to be answered before we disconnect
 * @param disconnectHold how long they may when the other side wants to disconnect, before we agree to it by a DPA
 * @param disconnect until our DPR is answered, and until the other side closes after our DPA
 */
public record PeerTimes(
        Duration connect, Duration capabilities, Duration drain, Duration disconnectHold, Duration disconnect) {
    public static final Duration CONNECT_DEFAULT = Duration.ofSeconds(5);
    public static final Duration CAPABILITIES_DEFAULT = Duration.ofSeconds(5);
    public static final Duration DRAIN_DEFAULT = Duration.ofSeconds(5);
    public static final Duration DISCONNECT_HOLD_DEFAULT = Duration.ofMillis(500);
    public static final Duration DISCONNECT_DEFAULT = Duration.ofSeconds(3);

    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    public PeerTimes {
        Expect.between("connect", connect, SHORTEST, LONGEST, CONNECT_DEFAULT);
        Expect.between("capabilities", capabilities, SHORTEST, LONGEST, CAPABILITIES_DEFAULT);
        Expect.between("drain", drain, Duration.ZERO, LONGEST, DRAIN_DEFAULT);
        Expect.between("disconnect-hold", disconnectHold, Duration.ZERO, LONGEST, DISCONNECT_HOLD_DEFAULT);
        Expect.between("disconnect", disconnect, SHORTEST, LONGEST, DISCONNECT_DEFAULT);
    }

    public static PeerTimes defaults() {
        return new PeerTimes(
                CONNECT_DEFAULT, CAPABILITIES_DEFAULT, DRAIN_DEFAULT, DISCONNECT_HOLD_DEFAULT, DISCONNECT_DEFAULT);
    }

    public PeerTimes withHandshake(final Duration newConnect, final Duration newCapabilities) {
        return new PeerTimes(newConnect, newCapabilities, drain, disconnectHold, disconnect);
    }

    public PeerTimes withParting(final Duration newDrain, final Duration newHold, final Duration newDisconnect) {
        return new PeerTimes(connect, capabilities, newDrain, newHold, newDisconnect);
    }
}
