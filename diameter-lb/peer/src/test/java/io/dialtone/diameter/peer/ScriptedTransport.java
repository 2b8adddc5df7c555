package io.dialtone.diameter.peer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/** Keeps what is to be dialled until the test says what becomes of it. */
final class ScriptedTransport implements PeerTransport {
    private final Deque<DialTicket> dials = new ArrayDeque<>();
    int count;

    @Override
    public void dial(final PeerSpec peer, final DialTicket ticket) {
        dials.add(ticket);
        count++;
    }

    /** The oldest dial that nobody has taken. */
    DialTicket take() {
        return Objects.requireNonNull(dials.poll(), "nobody is dialled");
    }

    boolean isDialling() {
        return !dials.isEmpty();
    }
}
