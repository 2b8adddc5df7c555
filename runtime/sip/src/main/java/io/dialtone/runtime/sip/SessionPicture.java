package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.WorkerSession;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A session as an operator sees it. Made by the owning worker, immutable, for any thread.
 *
 * @param isBegun false if its handler's part is over, and it only knows again what is sent again
 * @param waiting methods of requests that its handler has not answered yet
 * @param asked methods of requests of its own without final answer, each with its leg
 * @param timersMs what is left of its timers, by name
 */
public record SessionPicture(
        String key,
        int slot,
        boolean isBegun,
        List<Leg> legs,
        List<String> waiting,
        List<String> asked,
        Map<String, Long> timersMs) {
    private static final long NS_PER_MS = 1_000_000L;

    /** A call of the session. */
    public record Leg(String name, String callId, String state, boolean isOurs) {}

    /** Called only by the owning worker. */
    public static SessionPicture of(final WorkerSession<?> session) {
        final SipSession<?> sip = (SipSession<?>) session;
        final List<Leg> legs = new ArrayList<>();
        sip.dialogs.forEach(dialog -> legs.add(legOf(dialog)));
        sip.orphans.forEach(dialog -> legs.add(legOf(dialog)));
        final Map<String, Long> timers = new TreeMap<>();
        sip.forEachTimer((name, leftNs) -> timers.put(name, leftNs / NS_PER_MS));
        return new SessionPicture(
                sip.key(),
                sip.slot(),
                sip.isBegun(),
                List.copyOf(legs),
                sip.pending.stream().map(request -> request.method().toString()).toList(),
                sip.clients.stream()
                        .filter(ClientTransaction::isOpen)
                        .map(request -> request.method + " " + request.leg)
                        .toList(),
                timers);
    }

    private static Leg legOf(final Dialog dialog) {
        final UnsafeBuffer key = new UnsafeBuffer(dialog.keyBytes(), 0, dialog.keyLength());
        final byte[] callId = new byte[key.getInt(0)];
        key.getBytes(Integer.BYTES, callId);
        return new Leg(
                dialog.leg(),
                new String(callId, StandardCharsets.UTF_8),
                dialog.state.name().toLowerCase(Locale.ROOT),
                dialog.isOurs());
    }
}
