package io.dialtone.sip.locate;

import io.dialtone.sip.codec.IpLiteral;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one response of a DNS server: follows the aliases in it to the records that were asked for (RFC 1034 section 3.6.2). Used by one thread. */
public final class AliasChain {
    /** Aliases that are followed for one question, in all its responses. */
    public static final int ALIASES_MAX = 8;

    private static final long SECOND_NS = 1_000_000_000L;
    /** The longest time that RFC 2181 section 8 lets a TTL mean; what is more means 0. */
    private static final long TTL_SECONDS_MAX = Integer.MAX_VALUE;

    /**
     * Says something of a name.
     *
     * @param ttlSeconds as it came
     */
    public record Entry(String name, DnsRecord record, long ttlSeconds) {
        public Entry {
            name = Question.plain(name);
        }
    }

    private final Question question;
    private String name;
    private int aliases;
    private long ttlSeconds = TTL_SECONDS_MAX;

    public AliasChain(final Question question) {
        this.question = question;
        name = question.name();
    }

    /** The name to be asked for next. */
    public Question next() {
        return new Question(name, question.type());
    }

    /**
     * Reads the answers of a response without an error.
     *
     * @param negativeTtlSeconds how long it may be believed that there is nothing (RFC 2308), or 0
     * @return the answer, or null if {@link #next} must be asked for
     */
    public @Nullable Answer read(final List<Entry> entries, final long negativeTtlSeconds) {
        boolean isFollowed = false;
        while (true) {
            final List<DnsRecord> found = new ArrayList<>();
            String alias = null;
            for (final Entry entry : entries) {
                if (!entry.name().equals(name)) {
                    continue;
                }
                if (entry.record() instanceof DnsRecord.Alias other) {
                    alias = other.target();
                    learnTtl(entry.ttlSeconds());
                } else if (found.size() < Answer.RECORDS_MAX && isAskedFor(entry.record())) {
                    found.add(entry.record());
                    learnTtl(entry.ttlSeconds());
                }
            }
            if (!found.isEmpty()) {
                return Answer.found(found, ttlSeconds * SECOND_NS);
            }
            if (alias == null) {
                if (isFollowed) {
                    return null;
                }
                learnTtl(negativeTtlSeconds);
                return Answer.none(ttlSeconds * SECOND_NS);
            }
            aliases++;
            if (aliases > ALIASES_MAX || !Question.isName(alias)) {
                return Answer.failed();
            }
            isFollowed = true;
            name = Question.plain(alias);
        }
    }

    private void learnTtl(final long seconds) {
        ttlSeconds = Math.min(ttlSeconds, seconds < 0 || seconds > TTL_SECONDS_MAX ? 0 : seconds);
    }

    private boolean isAskedFor(final DnsRecord record) {
        return switch (record) {
            case DnsRecord.Address address -> question.type() == (isIpv4(address) ? RecordType.A : RecordType.AAAA);
            case DnsRecord.Service service -> question.type() == RecordType.SRV;
            case DnsRecord.Naming naming -> question.type() == RecordType.NAPTR;
            case DnsRecord.Alias alias -> false;
        };
    }

    private static boolean isIpv4(final DnsRecord.Address address) {
        return IpLiteral.isIpv4(address.high(), address.low());
    }
}
