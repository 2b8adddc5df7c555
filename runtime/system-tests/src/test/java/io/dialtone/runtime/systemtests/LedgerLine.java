package io.dialtone.runtime.systemtests;

import io.dialtone.sip.codec.SipMessage;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A header line of an answer that says what {@link LedgerService} remembers of the call, and which process says so. Immutable.
 *
 * @param seen a bit for each CSeq number handled, the lowest for 1
 * @param handled how many requests were handled
 * @param started how many timers were started
 * @param fired how many ran out
 * @param by the process that handled the request
 */
record LedgerLine(long seen, int handled, int started, int fired, long by) {
    static final String HEADER = "Ledger";

    private static final byte[] HEADER_NAME = HEADER.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    private static final Pattern FORM = Pattern.compile(
            "seen=([0-9a-f]{1,16});handled=(\\d{1,9});started=(\\d{1,9});fired=(\\d{1,9});by=(\\d{1,9})");

    static LedgerLine of(final LedgerService.Ledger ledger, final long by) {
        return new LedgerLine(ledger.seen(), ledger.handled(), ledger.started(), ledger.fired(), by);
    }

    /** The line of an answer, or null if it has none that can be read. */
    static @Nullable LedgerLine of(final SipMessage answer) {
        final int header = answer.findHeader(HEADER_NAME);
        return header < 0
                ? null
                : parse(answer.buffer()
                        .getStringWithoutLengthAscii(
                                answer.headerValueOffset(header), answer.headerValueLength(header)));
    }

    static @Nullable LedgerLine parse(final String text) {
        final Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? new LedgerLine(
                        Long.parseUnsignedLong(matcher.group(1), 16),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3)),
                        Integer.parseInt(matcher.group(4)),
                        Long.parseLong(matcher.group(5)))
                : null;
    }

    @Override
    public String toString() {
        return "seen=" + Long.toHexString(seen) + ";handled=" + handled + ";started=" + started + ";fired=" + fired
                + ";by=" + by;
    }
}
