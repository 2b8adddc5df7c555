package io.dialtone.sip.codec;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Changes a parsed message without building it again: insertions and deletions are collected and then done in one go, in place or into another buffer. For
 * proxies and edges; one per thread.
 *
 * <p>In place, only the bytes before the last change of length move, towards the free room before the message; body and most headers stay where they are. The
 * message must not change between {@link #begin} and the end of {@link #apply}, and must be parsed anew afterwards if it is to be read again.
 *
 * <pre>
 *   free room    | start line | Via | Record-Route | Max-Forwards | ... | body
 *   -------------+------------+-----+--------------+--------------+-----+-----
 *        start line | new Via | Via | Record-Route |   in place   |    stays
 *        ^ offset()
 * </pre>
 *
 * <p>Positions are those of the message as it was parsed. Insertions at the same position are made in the order they were asked for, and before what is deleted or
 * replaced there.
 */
public final class SipEditor {
    /** The room before and after the message does not hold the result, or there were too many changes. */
    public static final int TOO_BIG = -1;
    /** Two changes touch the same bytes. */
    public static final int CONFLICT = -2;

    private static final int TEXT_BYTES = 4096;
    private static final int CHANGES_MAX = 32;
    private static final byte[] MAX_FORWARDS = {'M', 'a', 'x', '-', 'F', 'o', 'r', 'w', 'a', 'r', 'd', 's', ':', ' '};
    private static final byte[] RECEIVED = {';', 'r', 'e', 'c', 'e', 'i', 'v', 'e', 'd', '='};
    private static final byte[] RPORT = {';', 'r', 'p', 'o', 'r', 't', '='};
    private static final SipMessage NO_MESSAGE = new SipMessage(new SipLimits(1, 1, 1, 1, false));

    private final AsciiWriter text = new AsciiWriter(TEXT_BYTES);
    private final NameAddrView route = new NameAddrView();
    private final int[] at = new int[CHANGES_MAX];
    private final int[] deleted = new int[CHANGES_MAX];
    private final int[] textFrom = new int[CHANGES_MAX];
    private final int[] textLength = new int[CHANGES_MAX];

    private SipMessage message = NO_MESSAGE;
    private int start;
    private int end;
    private int changes;
    private int growth;
    private int failure;
    private int offset;
    private int length;

    /** Forgets all changes and takes up a message that was parsed as COMPLETE. Line ends before it and bytes after its body are left out of the result. */
    public SipEditor begin(final SipMessage ofMessage) {
        message = ofMessage;
        start = ofMessage.startLineOffset();
        end = ofMessage.bodyOffset() + ofMessage.bodyLength();
        changes = 0;
        growth = 0;
        failure = 0;
        offset = start;
        length = end - start;
        text.clear();
        return this;
    }

    /** Where new text is put together: write to it, then hand its first position to one of the methods that take {@code from}. */
    public AsciiWriter text() {
        return text;
    }

    /** Inserts the text written since {@code from}. */
    public SipEditor insertText(final int position, final int from) {
        return change(position, 0, from, text.position() - from);
    }

    /** Replaces bytes by the text written since {@code from}. */
    public SipEditor replaceText(final int position, final int bytes, final int from) {
        return change(position, bytes, from, text.position() - from);
    }

    public SipEditor insert(final int position, final byte[] bytes) {
        return replace(position, 0, bytes, 0, bytes.length);
    }

    public SipEditor insert(final int position, final byte[] bytes, final int from, final int count) {
        return replace(position, 0, bytes, from, count);
    }

    public SipEditor insert(final int position, final DirectBuffer source, final int from, final int count) {
        return replace(position, 0, source, from, count);
    }

    public SipEditor delete(final int position, final int bytes) {
        return change(position, bytes, text.position(), 0);
    }

    public SipEditor replace(
            final int position, final int bytes, final byte[] source, final int from, final int count) {
        final int mark = text.position();
        text.put(source, from, count);
        return change(position, bytes, mark, text.position() - mark);
    }

    public SipEditor replace(
            final int position, final int bytes, final DirectBuffer source, final int from, final int count) {
        final int mark = text.position();
        text.put(source, from, count);
        return change(position, bytes, mark, text.position() - mark);
    }

    private SipEditor change(final int position, final int bytes, final int from, final int count) {
        if (changes == CHANGES_MAX || text.isOverflown()) {
            failure = TOO_BIG;
            return this;
        }
        if (position < start || bytes < 0 || position + bytes > end) {
            failure = CONFLICT;
            return this;
        }
        int i = changes;
        while (i > 0 && (at[i - 1] > position || (at[i - 1] == position && bytes == 0 && deleted[i - 1] > 0))) {
            at[i] = at[i - 1];
            deleted[i] = deleted[i - 1];
            textFrom[i] = textFrom[i - 1];
            textLength[i] = textLength[i - 1];
            i--;
        }
        at[i] = position;
        deleted[i] = bytes;
        textFrom[i] = from;
        textLength[i] = count;
        changes++;
        growth += count - bytes;
        return this;
    }

    // What proxies ask for

    /** Inserts the text written since {@code from}, whole lines, before the first Via. */
    public SipEditor pushVia(final int from) {
        return insertText(firstLineOf(HeaderName.VIA), from);
    }

    /** Inserts the text written since {@code from}, whole lines, before the first Record-Route. */
    public SipEditor pushRecordRoute(final int from) {
        return insertText(firstLineOf(HeaderName.RECORD_ROUTE), from);
    }

    private int firstLineOf(final HeaderName name) {
        final int i = message.firstHeader(name);
        return i < 0 ? message.headersOffset() : message.headerLineOffset(i);
    }

    /** Takes away the topmost Via value, its line too if it was the only one there. False if the view does not stand on it. */
    public boolean popVia(final ViaView topmost) {
        final int i = message.firstHeader(HeaderName.VIA);
        if (i < 0 || topmost.isMalformed() || topmost.valueOffset() != message.headerValueOffset(i)) {
            return false;
        }
        removeValue(i, topmost.valueOffset(), topmost.nextValueOffset());
        return true;
    }

    /** Takes away the first Route value, its line too if it was the only one there. False if there is none that can be understood. */
    public boolean stripRoute() {
        final int i = message.firstHeader(HeaderName.ROUTE);
        if (i < 0 || !route.wrap(message, i)) {
            return false;
        }
        removeValue(i, route.valueOffset(), route.nextValueOffset());
        return true;
    }

    private void removeValue(final int header, final int value, final int nextValue) {
        if (nextValue < 0) {
            delete(message.headerLineOffset(header), message.headerLineLength(header));
        } else {
            final int next = Ascii.skipBlanks(message.bytes(), nextValue, message.headerValueEnd(header));
            delete(value, next - value);
        }
    }

    /** Sets Max-Forwards: digits in place as long as their number stays, a new line if there was none. */
    public SipEditor maxForwards(final int value) {
        final int from = text.position();
        final int i = message.firstHeader(HeaderName.MAX_FORWARDS);
        if (i < 0) {
            text.put(MAX_FORWARDS).putNumber(value).putLineEnd();
            return insertText(message.headersOffset(), from);
        }
        final int bytes = message.headerValueLength(i);
        final int digits = value < 10 ? 1 : value < 100 ? 2 : 3;
        for (int zeros = Math.min(bytes, 3) - digits; zeros > 0; zeros--) {
            text.put('0');
        }
        text.putNumber(value);
        return replaceText(message.headerValueOffset(i), bytes, from);
    }

    /** Writes where the request came from into the Via value the view stands on (RFC 3261 section 18.2.1). */
    public SipEditor received(final ViaView via, final long high, final long low) {
        final int from = text.position();
        if (via.receivedOffset() >= 0) {
            text.putAddress(high, low, false);
            return replaceText(via.receivedOffset(), via.receivedLength(), from);
        }
        text.put(RECEIVED).putAddress(high, low, false);
        return insertText(via.paramsEnd(), from);
    }

    /** Writes the port the request came from into the Via value the view stands on (RFC 3581), replacing what its rport said. */
    public SipEditor rport(final ViaView via, final int port) {
        final int from = text.position();
        if (via.rportOffset() >= 0) {
            text.putNumber(port);
            return replaceText(via.rportOffset(), via.rportLength(), from);
        }
        if (via.hasRport()) {
            // The name is written anew, so that a received that is inserted behind it stays behind the value, whichever
            // is asked for first.
            text.put(RPORT, 1, RPORT.length - 1).putNumber(port);
            return replaceText(via.rportNameOffset(), RPORT.length - 2, from);
        }
        text.put(RPORT).putNumber(port);
        return insertText(via.paramsEnd(), from);
    }

    // Doing it

    /** Bytes that the message grows by; negative if it shrinks. */
    public int growth() {
        return growth;
    }

    /**
     * Makes the changes where the message lies.
     *
     * @param buffer the memory the message was parsed from
     * @param headroom free bytes before the message
     * @param tailroom free bytes after the bytes it was parsed from, used only if there is too little room before
     * @return length of the result, which begins at {@link #offset()}; TOO_BIG or CONFLICT, and then nothing was changed
     */
    public int apply(final UnsafeBuffer buffer, final int headroom, final int tailroom) {
        final int refusal = check();
        if (refusal != 0) {
            return refusal;
        }
        if (growth <= headroom) {
            moveFront(buffer);
            offset = start - growth;
        } else if (growth <= tailroom) {
            moveBack(buffer);
            offset = start;
        } else {
            return TOO_BIG;
        }
        length = end - start + growth;
        return length;
    }

    /** Writes the changed message into another buffer; returns its length, TOO_BIG or CONFLICT. */
    public int applyTo(final MutableDirectBuffer target, final int targetOffset, final int capacity) {
        final int refusal = check();
        if (refusal != 0) {
            return refusal;
        }
        if (end - start + growth > capacity) {
            return TOO_BIG;
        }
        int to = targetOffset;
        int from = start;
        for (int i = 0; i < changes; i++) {
            target.putBytes(to, message.buffer(), from, at[i] - from);
            to += at[i] - from;
            target.putBytes(to, text.buffer(), textFrom[i], textLength[i]);
            to += textLength[i];
            from = at[i] + deleted[i];
        }
        target.putBytes(to, message.buffer(), from, end - from);
        offset = targetOffset;
        length = end - start + growth;
        return length;
    }

    private int check() {
        if (failure != 0 || text.isOverflown()) {
            return failure != 0 ? failure : TOO_BIG;
        }
        for (int i = 1; i < changes; i++) {
            if (at[i - 1] + deleted[i - 1] > at[i]) {
                return CONFLICT;
            }
        }
        return 0;
    }

    /**
     * Everything before the last change of length moves. A piece's shift is the growth of all changes behind it; pieces that go to the front are moved first to
     * last, those that go to the back last to first, so that none lands on bytes still to be moved. New text goes in last.
     */
    private void moveFront(final UnsafeBuffer buffer) {
        int shift = growth;
        for (int i = 0; i < changes; i++) {
            final int from = i == 0 ? start : at[i - 1] + deleted[i - 1];
            if (shift > 0 && at[i] > from) {
                buffer.putBytes(from - shift, buffer, from, at[i] - from);
            }
            shift -= textLength[i] - deleted[i];
        }
        for (int i = changes - 1; i >= 0; i--) {
            shift += textLength[i] - deleted[i];
            final int from = i == 0 ? start : at[i - 1] + deleted[i - 1];
            if (shift < 0 && at[i] > from) {
                buffer.putBytes(from - shift, buffer, from, at[i] - from);
            }
        }
        putTexts(buffer, growth);
    }

    /** The same with the first piece at rest: everything behind the first change of length moves. */
    private void moveBack(final UnsafeBuffer buffer) {
        int shift = 0;
        for (int i = 0; i < changes; i++) {
            shift += textLength[i] - deleted[i];
            final int from = at[i] + deleted[i];
            final int to = i + 1 == changes ? end : at[i + 1];
            if (shift < 0 && to > from) {
                buffer.putBytes(from + shift, buffer, from, to - from);
            }
        }
        for (int i = changes - 1; i >= 0; i--) {
            final int from = at[i] + deleted[i];
            final int to = i + 1 == changes ? end : at[i + 1];
            if (shift > 0 && to > from) {
                buffer.putBytes(from + shift, buffer, from, to - from);
            }
            shift -= textLength[i] - deleted[i];
        }
        putTexts(buffer, 0);
    }

    private void putTexts(final UnsafeBuffer buffer, final int frontShift) {
        int shift = frontShift;
        for (int i = 0; i < changes; i++) {
            buffer.putBytes(at[i] - shift, text.buffer(), textFrom[i], textLength[i]);
            shift -= textLength[i] - deleted[i];
        }
    }

    /** Where the result begins. */
    public int offset() {
        return offset;
    }

    /** Length of the result. */
    public int length() {
        return length;
    }
}
