package io.dialtone.runtime.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.trace.Privacy;
import io.dialtone.sip.trace.TraceReader;
import io.dialtone.sip.trace.TracedMessage;
import io.dialtone.sip.trace.Tracer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Finds the messages of a call, and of the other legs of its session, among those that a process has kept. It reads all of the memory, off the message path, and so is for people and not for
 * machines that ask often. Called by the admin server's threads.
 */
final class TracePage {
    /** Most messages of an answer; who wants more asks again from its cursor. */
    static final int MESSAGES_MAX = 2_000;

    /** Most bytes of messages of an answer. */
    static final int BYTES_MAX = 4 << 20;

    private static final long NS_PER_S = 1_000_000_000L;

    private final Tracer tracer;
    private final Supplier<SessionNames> names;
    private final IntFunction<String> nodes;
    private final boolean showsBodies;

    /**
     * @param nodes name of a member by its number
     */
    TracePage(
            final Tracer tracer,
            final Supplier<SessionNames> names,
            final IntFunction<String> nodes,
            final boolean showsBodies) {
        this.tracer = tracer;
        this.names = names;
        this.nodes = nodes;
        this.showsBodies = showsBodies;
    }

    /** The answer to what a query asks. */
    ObjectNode answer(final TraceQuery query) {
        final ObjectNode answer = Json.object();
        describe(answer.putObject("trace"));
        if (!tracer.isOn()) {
            return answer;
        }
        final SessionNames sessions = names.get();
        final Set<String> callIds = callIds(query, sessions, answer.putArray("sessions"));
        messages(query, callIds, answer);
        return answer;
    }

    void describe(final ObjectNode trace) {
        final long nowNs = System.nanoTime();
        trace.put("on", tracer.isOn())
                .put("keeps", tracer.filter(nowNs).toString())
                .put("memoryBytes", tracer.bytes())
                .put("messages", tracer.records());
        final long leftNs = tracer.leftNs(nowNs);
        if (leftNs > 0) {
            trace.put("secondsLeft", leftNs / NS_PER_S);
        }
        oldestNs().ifPresent(ns -> trace.put("oldest", instant(ns)));
    }

    private OptionalLong oldestNs() {
        return tracer.readers().stream()
                .filter(TraceReader::next)
                .mapToLong(reader -> reader.message().timeNs())
                .min();
    }

    /** All Call-IDs of the sessions that the query means. */
    private Set<String> callIds(final TraceQuery query, final SessionNames sessions, final ArrayNode found) {
        final Map<String, Long> sessionOfCall = new HashMap<>();
        final Set<String> begun = new HashSet<>();
        final SipMessage message = new SipMessage(SipLimits.defaults());
        for (final TraceReader reader : tracer.readers()) {
            while (reader.next()) {
                if (parse(message, reader.message())) {
                    final String callId = callId(message);
                    if (beginsACall(message) && begun.add(callId)) {
                        sessionOfCall.put(callId, sessions.sessionOf(message));
                    } else if (!sessionOfCall.containsKey(callId)) {
                        sessionOfCall.put(callId, sessions.sessionOf(message));
                    }
                }
            }
        }
        final Set<Long> wanted = new HashSet<>(query.sessions());
        final Long named = sessionOfCall.get(query.callId());
        if (named != null) {
            wanted.add(named);
        }
        wanted.forEach(session -> found.add(Long.toHexString(session)));
        final Set<String> callIds = new HashSet<>(Set.of(query.callId()));
        sessionOfCall.forEach((callId, session) -> {
            if (wanted.contains(session)) {
                callIds.add(callId);
            }
        });
        return callIds;
    }

    /** What other messages of a call lack, as a rule other than the Call-ID looks at it. */
    private static boolean beginsACall(final SipMessage message) {
        return message.isRequest() && message.toTagLength() <= 0 && message.method() != SipMethod.CANCEL;
    }

    private void messages(final TraceQuery query, final Set<String> callIds, final ObjectNode answer) {
        final Privacy privacy = Privacy.of(query.withCredentials(), showsBodies);
        final ArrayNode messages = answer.putArray("messages");
        final List<TraceReader> readers = tracer.readers();
        final List<String> cursor = new ArrayList<>();
        final SipMessage message = new SipMessage(SipLimits.defaults());
        int bytes = 0;
        boolean more = false;
        long missed = 0;
        for (int loop = 0; loop < readers.size(); loop++) {
            final TraceReader reader = readers.get(loop);
            if (loop < query.cursor().size()) {
                missed += reader.seek(query.cursor().get(loop)).position()
                                > query.cursor().get(loop)
                        ? 1
                        : 0;
            }
            while (true) {
                if (messages.size() >= MESSAGES_MAX || bytes >= BYTES_MAX) {
                    more = true;
                    break;
                }
                if (!reader.next()) {
                    break;
                }
                final TracedMessage traced = reader.message();
                if (parse(message, traced) && callIds.contains(callId(message))) {
                    add(messages.addObject(), traced, callId(message), loop, privacy);
                    bytes += traced.length();
                }
            }
            missed += reader.missed();
            cursor.add(String.valueOf(reader.position()));
        }
        answer.put("cursor", String.join(",", cursor)).put("more", more).put("missed", missed);
    }

    private void add(
            final ObjectNode to,
            final TracedMessage traced,
            final String callId,
            final int loop,
            final Privacy privacy) {
        to.put("at", instant(traced.timeNs()))
                .put("timeNs", traced.timeNs())
                .put("what", traced.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .put("transport", traced.transport().scheme())
                .put("peer", Endpoint.of(traced.peer()).toString())
                .put("local", Endpoint.of(traced.local()).toString())
                .put("loop", loop)
                .put("callId", callId);
        if (traced.slot() >= 0) {
            to.put("slot", traced.slot()).put("epoch", traced.epoch());
        }
        if (traced.member() >= 0) {
            to.put("node", nodes.apply(traced.member()));
        }
        to.put("message", privacy.apply(traced.toBytes()));
    }

    /** Whether it can be read as far as its Call-ID; what cannot belongs to no call. */
    private static boolean parse(final SipMessage message, final TracedMessage traced) {
        message.parseDatagram(traced.buffer(), traced.offset(), traced.length());
        return message.callIdLength() > 0;
    }

    private static String callId(final SipMessage message) {
        final byte[] bytes = new byte[message.callIdLength()];
        message.buffer().getBytes(message.callIdOffset(), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String instant(final long timeNs) {
        return Instant.ofEpochSecond(timeNs / NS_PER_S, timeNs % NS_PER_S).toString();
    }

    void metrics(final MetricsPage page) {
        page.counter(
                        "dialtone_trace_messages_total",
                        "Messages that were kept for 'dialtone trace', whatever has become of them.")
                .sample(tracer.records());
        page.gauge("dialtone_trace_memory_bytes", "Memory for them; the newest overwrite the oldest.")
                .sample(tracer.bytes());
    }
}
