package io.dialtone.sip.locate;

import io.dialtone.sip.codec.IpLiteral;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** What a DNS server knows, for tests; as a source it answers when it is told to. */
final class Zone implements RecordSource {
    static final long TTL_NS = 60_000_000_000L;

    private final Map<Question, Answer> answers = new LinkedHashMap<>();
    private final Set<Question> asked = new LinkedHashSet<>();
    private final Deque<Runnable> waiting = new ArrayDeque<>();

    Zone naming(final String name, final int order, final int preference, final String service, final String to) {
        return naming(name, order, preference, "s", service, to);
    }

    Zone naming(
            final String name,
            final int order,
            final int preference,
            final String flags,
            final String service,
            final String to) {
        return add(name, RecordType.NAPTR, new DnsRecord.Naming(order, preference, flags, service, to));
    }

    Zone service(final String name, final int priority, final int weight, final int port, final String target) {
        return add(name, RecordType.SRV, new DnsRecord.Service(priority, weight, port, target));
    }

    Zone address(final String name, final String literal) {
        final DnsRecord.Address address = addressOf(literal);
        return add(name, IpLiteral.isIpv4(address.high(), address.low()) ? RecordType.A : RecordType.AAAA, address);
    }

    Zone fails(final String name, final RecordType type) {
        answers.put(new Question(name, type), Answer.failed());
        return this;
    }

    Zone ttlNs(final String name, final RecordType type, final long ttlNs) {
        answers.computeIfPresent(new Question(name, type), (any, answer) -> Answer.found(answer.records(), ttlNs));
        return this;
    }

    Zone clear() {
        answers.clear();
        return this;
    }

    private Zone add(final String name, final RecordType type, final DnsRecord record) {
        answers.merge(new Question(name, type), Answer.found(List.of(record), TTL_NS), (old, more) -> {
            final List<DnsRecord> records = new ArrayList<>(old.records());
            records.addAll(more.records());
            return Answer.found(records, old.ttlNs());
        });
        return this;
    }

    /** The answer to a question, as if it were known already. */
    Answer answerTo(final Question question) {
        asked.add(question);
        return answers.getOrDefault(question, Answer.none(TTL_NS));
    }

    Set<Question> asked() {
        return asked;
    }

    static DnsRecord.Address addressOf(final String literal) {
        final byte[] bytes = literal.getBytes(StandardCharsets.US_ASCII);
        final IpLiteral address = new IpLiteral();
        if (!address.parse(new UnsafeBuffer(bytes), 0, bytes.length)) {
            throw new IllegalArgumentException(literal);
        }
        return new DnsRecord.Address(address.high(), address.low());
    }

    static String textOf(final Target target) {
        final UnsafeBuffer text = new UnsafeBuffer(new byte[IpLiteral.TEXT_BYTES_MAX + 2]);
        final int length = IpLiteral.write(text, 0, target.high(), target.low(), true);
        return target.transport().scheme() + ":" + text.getStringWithoutLengthAscii(0, length) + ":" + target.port();
    }

    // ---- as a source

    @Override
    public void execute(final Runnable task) {
        task.run();
    }

    @Override
    public void ask(final Question question, final Consumer<Answer> onAnswer) {
        asked.add(question);
        waiting.add(() -> onAnswer.accept(answerTo(question)));
    }

    /** Answers what was asked, and what is asked because of that. */
    void answerAll() {
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
        }
    }

    @Nullable
    Runnable oldest() {
        return waiting.poll();
    }

    @Override
    public void close() {}
}
