package io.dialtone.sip.routing;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.NameAddrView;
import io.dialtone.sip.codec.SipEditor;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.UriView;

/**
 * The Route values of a request, over commas and lines, of which some are taken away at the top and one at the end. One per I/O thread; valid as
 * long as the message.
 */
final class RouteSet {
    /** More Routes than any network has; a request with more is refused. */
    private static final int VALUES_MAX = 64;

    private static final int NONE = -1;
    private static final byte[] SEPARATOR = {',', ' ', '<'};
    private static final byte[] LINE = {'R', 'o', 'u', 't', 'e', ':', ' ', '<'};
    private static final byte[] LINE_END = {'>', '\r', '\n'};
    private static final byte[] END = {'>'};

    private final SipMessage message;
    private final ListenerText[] ours;
    private final ListenerText[] oursOfSips;
    private final NameAddrView value = new NameAddrView();
    private final UriView uri = new UriView();
    private final int[] header = new int[VALUES_MAX];
    private final int[] valueFrom = new int[VALUES_MAX];
    private final int[] valueTo = new int[VALUES_MAX];
    private final int[] uriFrom = new int[VALUES_MAX];
    private final int[] uriLength = new int[VALUES_MAX];
    private int count;
    private int kept;
    private int keptEnd;
    private int parsed;
    private int ownToken;

    RouteSet(final SipMessage message, final ListenerText[] ours, final ListenerText[] oursOfSips) {
        this.message = message;
        this.ours = ours;
        this.oursOfSips = oursOfSips;
    }

    /** Notes where all values lie. False if one cannot be understood. */
    boolean read() {
        count = 0;
        kept = 0;
        keptEnd = 0;
        parsed = NONE;
        ownToken = NONE;
        for (int i = message.firstHeader(HeaderName.ROUTE); i >= 0; i = message.nextHeader(i)) {
            if (count == 0 && isOursVerbatim(i)) {
                continue;
            }
            boolean more = value.wrap(message, i);
            while (more) {
                if (count == VALUES_MAX) {
                    return false;
                }
                note(i, value.valueOffset(), value.valueEnd(), value.uriOffset(), value.uriLength());
                more = value.next();
            }
            if (value.isMalformed()) {
                return false;
            }
        }
        keptEnd = count;
        return true;
    }

    /** Whether the first Route header is one value of ours as we wrote it: most peers copy it byte by byte. */
    private boolean isOursVerbatim(final int index) {
        final int offset = message.headerValueOffset(index);
        final int length = message.headerValueLength(index);
        final boolean isSips = UriView.isSips(message.buffer(), offset + 1, length - 1);
        for (final ListenerText text : isSips ? oursOfSips : ours) {
            if (text.isRoute(message.buffer(), offset, length)) {
                note(index, offset, offset + length, offset + 1, length - 2);
                ownToken = offset + text.tokenPlace();
                return true;
            }
        }
        return false;
    }

    /** Whether the topmost value that is left is {@code sips}; false if none is left. */
    boolean isTopmostSips() {
        return !isEmpty() && UriView.isSips(message.buffer(), uriFrom[kept], uriLength[kept]);
    }

    private void note(final int index, final int from, final int to, final int uriOffset, final int length) {
        header[count] = index;
        valueFrom[count] = from;
        valueTo[count] = to;
        uriFrom[count] = uriOffset;
        uriLength[count] = length;
        count++;
    }

    /** Where the token stands if the first value is ours, known without looking at it closer, and no pair; else -1. */
    int ownToken() {
        return ownToken;
    }

    boolean isEmpty() {
        return kept == keptEnd;
    }

    /** URI of the topmost value that is left, all parts void if it is none; only if there is one, and until the next is asked for. */
    UriView topmost() {
        if (parsed != kept) {
            parsed = kept;
            uri.parse(message.buffer(), uriFrom[kept], uriLength[kept]);
        }
        return uri;
    }

    int topmostUriOffset() {
        return uriFrom[kept];
    }

    int topmostUriLength() {
        return uriLength[kept];
    }

    int lastUriOffset() {
        return uriFrom[keptEnd - 1];
    }

    int lastUriLength() {
        return uriLength[keptEnd - 1];
    }

    void removeTopmost() {
        kept++;
    }

    void removeLast() {
        keptEnd--;
    }

    /** Asks the editor for the removals. */
    void edit(final SipEditor editor) {
        if (kept == 0 && keptEnd == count) {
            return;
        }
        int line = 0;
        while (line < count) {
            int lineEnd = line;
            while (lineEnd < count && header[lineEnd] == header[line]) {
                lineEnd++;
            }
            editLine(editor, line, lineEnd);
            line = lineEnd;
        }
    }

    /** A line vanishes with its last value; else its first and last kept values become its first and last. */
    private void editLine(final SipEditor editor, final int line, final int lineEnd) {
        final int first = Math.max(line, kept);
        final int last = Math.min(lineEnd, keptEnd) - 1;
        if (first > last) {
            editor.delete(message.headerLineOffset(header[line]), message.headerLineLength(header[line]));
            return;
        }
        if (first > line) {
            editor.delete(valueFrom[line], valueFrom[first] - valueFrom[line]);
        }
        if (last < lineEnd - 1) {
            editor.delete(valueTo[last], valueTo[lineEnd - 1] - valueTo[last]);
        }
    }

    /** Asks the editor to put a URI behind the last value that is left, for a strict router (RFC 3261 section 16.6 step 6). */
    void append(final SipEditor editor, final int fromOffset, final int length) {
        final int text = editor.text().position();
        if (isEmpty()) {
            editor.text().put(LINE).put(message.buffer(), fromOffset, length).put(LINE_END);
            editor.insertText(message.headersOffset(), text);
        } else {
            editor.text()
                    .put(SEPARATOR)
                    .put(message.buffer(), fromOffset, length)
                    .put(END);
            editor.insertText(valueTo[keptEnd - 1], text);
        }
    }
}
