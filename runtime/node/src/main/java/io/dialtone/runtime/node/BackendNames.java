package io.dialtone.runtime.node;

import io.dialtone.sip.codec.IpLiteral;
import io.dialtone.sip.locate.Answer;
import io.dialtone.sip.locate.DnsRecord;
import io.dialtone.sip.locate.Question;
import io.dialtone.sip.locate.RecordSource;
import io.dialtone.sip.locate.RecordType;
import io.dialtone.sip.routing.BackendControl;
import io.dialtone.sip.routing.BackendSpec;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.agrona.concurrent.Agent;

/**
 * Looks up the names of backends again when what DNS has said is too old, and moves those whose address has changed. A backend stays at its address as long as that is one
 * of the name's, and while DNS says nothing. Called only by its own thread, but for what comes from the record source.
 */
final class BackendNames implements Agent {
    /** Shortest time between two questions for a name, whatever DNS says. */
    static final long AGAIN_MIN_NS = 1_000_000_000L;
    /** When a name is asked for again that nobody knew. */
    static final long FAILED_AGAIN_NS = 10_000_000_000L;

    private static final System.Logger LOGGER = System.getLogger("io.dialtone.sip-lb");

    /** What DNS has said of the name of a backend. */
    private record Heard(BackendSpec backend, Question question, Answer answer) {}

    private final BackendControl control;
    private final RecordSource dns;
    private final long againMaxNs;
    private final LongSupplier clockNs;
    /** By a backend's name: when its host is to be asked for again; never while it is being asked for. */
    private final Map<String, Long> dueNs = new HashMap<>();

    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();

    BackendNames(
            final BackendControl control, final RecordSource dns, final long againMaxNs, final LongSupplier clockNs) {
        this.control = control;
        this.dns = dns;
        this.againMaxNs = againMaxNs;
        this.clockNs = clockNs;
    }

    @Override
    public int doWork() {
        final long nowNs = clockNs.getAsLong();
        int work = 0;
        for (Heard each = heard.poll(); each != null; each = heard.poll()) {
            onHeard(each, nowNs);
            work++;
        }
        final Set<String> there = new HashSet<>();
        for (final var status : control.list()) {
            final BackendSpec backend = BackendSpec.parse(status.name());
            if (isName(backend.host())) {
                there.add(backend.name());
                final Long due = dueNs.putIfAbsent(backend.name(), nowNs);
                if (due != null && due != Long.MAX_VALUE && due - nowNs <= 0) {
                    dueNs.put(backend.name(), Long.MAX_VALUE);
                    ask(backend, RecordType.A);
                    work++;
                }
            }
        }
        dueNs.keySet().retainAll(there);
        return work;
    }

    @Override
    public String roleName() {
        return "backend-names";
    }

    private void ask(final BackendSpec backend, final RecordType type) {
        final Question question = new Question(backend.host(), type);
        dns.execute(() -> dns.ask(question, answer -> heard.add(new Heard(backend, question, answer))));
    }

    private void onHeard(final Heard what, final long nowNs) {
        final List<InetAddress> addresses =
                what.answer.records().stream().map(BackendNames::addressOf).toList();
        if (addresses.isEmpty() && what.answer.kind() == Answer.Kind.NONE && what.question.type() == RecordType.A) {
            ask(what.backend, RecordType.AAAA);
            return;
        }
        final String name = what.backend.name();
        if (addresses.isEmpty()) {
            dueNs.replace(name, nowNs + FAILED_AGAIN_NS);
            return;
        }
        dueNs.replace(name, nowNs + Math.clamp(what.answer.ttlNs(), AGAIN_MIN_NS, Math.max(AGAIN_MIN_NS, againMaxNs)));
        final boolean isThere = control.list().stream()
                .filter(each -> each.name().equals(name))
                .anyMatch(each ->
                        addresses.contains(InetAddress.ofLiteral(each.address().replaceFirst(":\\d+$", ""))));
        if (!isThere && control.move(name, addresses.getFirst())) {
            LOGGER.log(
                    System.Logger.Level.INFO,
                    () -> "backend " + name + " is at " + addresses.getFirst().getHostAddress() + " now");
        }
    }

    private static boolean isName(final String host) {
        try {
            InetAddress.ofLiteral(host);
            return false;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private static InetAddress addressOf(final DnsRecord record) {
        if (!(record instanceof DnsRecord.Address address)) {
            throw new IllegalArgumentException("an address was asked for, not " + record);
        }
        final byte[] bytes = IpLiteral.isIpv4(address.high(), address.low())
                ? ByteBuffer.allocate(Integer.BYTES).putInt((int) address.low()).array()
                : ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(address.high())
                        .putLong(address.low())
                        .array();
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
