package io.dialtone.runtime.testsupport;

import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.locate.Answer;
import io.dialtone.sip.locate.DnsRecord;
import io.dialtone.sip.locate.Question;
import io.dialtone.sip.locate.RecordSource;
import io.dialtone.sip.locate.RecordType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** DNS for tests: it knows what it was told, and answers when it is told to. Not thread safe. */
public final class SimulatedDns implements RecordSource {
    private static final int SIP_PORT = 5060;

    private final Map<Question, List<DnsRecord>> records = new HashMap<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private Duration ttl = Duration.ofMinutes(1);
    private boolean isHeld;
    private int asked;

    /** A server of a domain, by UDP; lower priorities come first. */
    public SimulatedDns server(final String domain, final int priority, final SipPeer peer) {
        final String host = peer.name() + "." + domain;
        add("_sip._udp." + domain, RecordType.SRV, new DnsRecord.Service(priority, 1, SIP_PORT, host));
        return address(host, peer);
    }

    /** The same by TCP; the peer must be {@linkplain SipPeer#connectFrom connected} from this port. */
    public SimulatedDns serverByTcp(final String domain, final int priority, final SipPeer peer, final int port) {
        final String host = peer.name() + "." + domain;
        add("_sip._tcp." + domain, RecordType.SRV, new DnsRecord.Service(priority, 1, port, host));
        return address(host, peer);
    }

    public SimulatedDns address(final String host, final SipPeer peer) {
        final byte[] bytes = peer.address().replaceFirst(":.*", "").getBytes(StandardCharsets.US_ASCII);
        final IpLiteral literal = new IpLiteral();
        if (!literal.parse(new UnsafeBuffer(bytes), 0, bytes.length)) {
            throw new IllegalArgumentException(peer.address());
        }
        records.remove(new Question(host, RecordType.A));
        return add(host, RecordType.A, new DnsRecord.Address(literal.high(), literal.low()));
    }

    /** How long what it says from now on may be believed. */
    public SimulatedDns ttl(final Duration time) {
        ttl = time;
        return this;
    }

    /** Knows nothing any more. */
    public SimulatedDns forgetAll() {
        records.clear();
        return this;
    }

    /** Answers to nothing until {@link #answer}. */
    public SimulatedDns hold() {
        isHeld = true;
        return this;
    }

    /** Answers what was asked, and from now on at once. */
    public void answer() {
        isHeld = false;
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
        }
    }

    /** How many questions came. */
    public int asked() {
        return asked;
    }

    private SimulatedDns add(final String name, final RecordType type, final DnsRecord record) {
        records.computeIfAbsent(new Question(name, type), any -> new ArrayList<>())
                .add(record);
        return this;
    }

    @Override
    public void execute(final Runnable task) {
        task.run();
    }

    @Override
    public void ask(final Question question, final Consumer<Answer> onAnswer) {
        asked++;
        waiting.add(() -> {
            final List<DnsRecord> found = records.getOrDefault(question, List.of());
            onAnswer.accept(found.isEmpty() ? Answer.none(ttl.toNanos()) : Answer.found(found, ttl.toNanos()));
        });
        if (!isHeld) {
            answer();
        }
    }

    @Override
    public void close() {}
}
