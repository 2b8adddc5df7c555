package io.dialtone.sip.codec;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One SIP message where it lies: its first line, its headers and its body as offsets into the buffer it was read from, for everything that forwards or
 * answers. Reused for message after message by one thread; what it says is valid until the next parse or until the bytes change.
 *
 * <p>Parsing goes over the bytes once, eight at a time, and notes where each header's name and value lie. It decides whatever must be right before a message
 * can be forwarded: the first line, the shape of header lines, and the numbers in CSeq, Content-Length and Max-Forwards. Everything else is left to the views,
 * when they are asked, and to {@link SipSyntax}. Bytes outside the range handed in are never read. Nothing that can be in the range makes it throw or
 * allocate.
 *
 * <p>After {@link ParseResult#MALFORMED} what was understood can still be read, so that an answer can be built; every offset that is not known is -1 and its
 * length 0.
 */
@SuppressWarnings("EnumOrdinal") // The index holds ordinals: nothing outlives the process.
public final class SipMessage {
    private static final int STRIDE = 6;
    private static final int LINE = 0;
    private static final int LINE_END = 1;
    private static final int NAME_LENGTH = 2;
    private static final int VALUE = 3;
    private static final int VALUE_END = 4;
    private static final int NAME = 5;

    private static final int CSEQ = HeaderName.CSEQ.ordinal();
    private static final int CONTENT_LENGTH = HeaderName.CONTENT_LENGTH.ordinal();
    private static final int MAX_FORWARDS = HeaderName.MAX_FORWARDS.ordinal();

    private static final long CSEQ_MAX = 0x7FFF_FFFFL;
    private static final long CONTENT_LENGTH_MAX = Integer.MAX_VALUE;
    private static final int MAX_FORWARDS_MAX = 255;
    private static final int SHORTEST_START_LINE = 11;

    private static final int UNFINISHED = -1;
    private static final int BROKEN = -2;

    private static final long VERSION_LOWER = Swar.word(new byte[] {'s', 'i', 'p', '/', '2', '.', '0'}, 0, 7);
    private static final long VERSION_LETTERS = 0x20_2020;
    private static final long SEVEN_BYTES = Swar.lowBytes(7);

    private final SipLimits limits;
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final Bytes bytes = new Bytes();
    private final UnsafeBuffer nothing = new UnsafeBuffer(0, 0);
    private final NameAddrView address = new NameAddrView();
    private final int[] index;
    private final short[] first = new short[HeaderName.COUNT];

    private int offset;
    private int limit;
    private boolean stream;
    private Malformation malformation = Malformation.NONE;

    private boolean startLineControls;
    private boolean request;
    private SipMethod method = SipMethod.UNKNOWN;
    private int startLine;
    private int methodLength;
    private int uriOffset;
    private int uriLength;
    private int statusCode;
    private int reasonOffset;
    private int reasonLength;
    private int headers;
    private int headersOffset;
    private int bodyOffset;
    private int bodyLength;
    private int messageLength;
    private int bytesNeeded;

    private long seen;
    private long repeated;
    private boolean controls;
    private long cseqNumber;
    private SipMethod cseqMethod = SipMethod.UNKNOWN;
    private int cseqMethodOffset;
    private int cseqMethodLength;
    private int maxForwards;
    private int contentLength;
    private boolean contentLengthBroken;

    private boolean fromTagRead;
    private boolean toTagRead;
    private int fromTagOffset;
    private int fromTagLength;
    private int toTagOffset;
    private int toTagLength;

    public SipMessage(final SipLimits limits) {
        this.limits = limits;
        this.index = new int[limits.headersMax() * STRIDE];
        clear(0, 0);
    }

    /** Reads a datagram: one whole message or nothing. What follows the body that Content-Length speaks of is ignored. */
    public ParseResult parseDatagram(final DirectBuffer from, final int fromOffset, final int length) {
        wrap(from, fromOffset, length);
        stream = false;
        return parse();
    }

    /**
     * Reads the first message of a stream's bytes. Line ends before it are part of it: {@link #leadingBytes()} says how many.
     *
     * @return NEEDS_MORE if the message is not all there; {@link #bytesNeeded()} says when it is worth asking again
     */
    public ParseResult parseStream(final DirectBuffer from, final int fromOffset, final int length) {
        wrap(from, fromOffset, length);
        stream = true;
        return parse();
    }

    private void wrap(final DirectBuffer from, final int fromOffset, final int length) {
        if (!Ascii.isSameMemory(from, buffer)) {
            buffer.wrap(from);
        }
        bytes.wrap(from, fromOffset, length);
        clear(fromOffset, length);
    }

    private void clear(final int from, final int length) {
        offset = from;
        limit = from + length;
        malformation = Malformation.NONE;
        startLineControls = false;
        request = false;
        method = SipMethod.UNKNOWN;
        startLine = from;
        methodLength = 0;
        uriOffset = -1;
        uriLength = 0;
        statusCode = -1;
        reasonOffset = -1;
        reasonLength = 0;
        headers = 0;
        headersOffset = -1;
        bodyOffset = -1;
        bodyLength = 0;
        messageLength = 0;
        bytesNeeded = 0;
        seen = 0;
        repeated = 0;
        controls = false;
        cseqNumber = -1;
        cseqMethod = SipMethod.UNKNOWN;
        cseqMethodOffset = -1;
        cseqMethodLength = 0;
        maxForwards = -1;
        contentLength = -1;
        contentLengthBroken = false;
        fromTagRead = false;
        toTagRead = false;
        Arrays.fill(first, (short) -1);
    }

    private ParseResult parse() {
        startLine = skipLineEnds(offset, limit);
        if (startLine == limit) {
            return stream ? needsMore(1) : malformed(Malformation.EMPTY);
        }
        final int lines = parseStartLine();
        if (lines == UNFINISHED) {
            return unfinishedStartLine();
        }
        if (lines == BROKEN) {
            return ParseResult.MALFORMED;
        }
        headersOffset = lines;
        final int body = parseHeaders(lines);
        if (body == UNFINISHED) {
            return unfinishedHeaders();
        }
        if (body == BROKEN) {
            return ParseResult.MALFORMED;
        }
        bodyOffset = body;
        checkCSeqMethod();
        return parseBody();
    }

    private int skipLineEnds(final int from, final int to) {
        int at = from;
        while (at < to) {
            final byte c = bytes.getByte(at);
            if (c != '\r' && c != '\n') {
                break;
            }
            at++;
        }
        return at;
    }

    // First line

    private int parseStartLine() {
        int end = Swar.findControl(bytes, startLine, limit);
        while (end < limit && bytes.getByte(end) != '\r' && bytes.getByte(end) != '\n') {
            startLineControls |= bytes.getByte(end) != '\t';
            end = Swar.findControl(bytes, end + 1, limit);
        }
        if (end == limit) {
            return UNFINISHED;
        }
        final int next = lineEnd(end);
        if (next == UNFINISHED) {
            return UNFINISHED;
        }
        if (next == BROKEN || end - startLine < SHORTEST_START_LINE) {
            fail(Malformation.NOT_SIP);
            return BROKEN;
        }
        if (end - startLine > limits.startLineBytesMax()) {
            fail(Malformation.START_LINE_TOO_LARGE);
        }
        final long word = Swar.load(bytes, startLine);
        if (((word & 0xFFFF_FFFFL) | VERSION_LETTERS) == (VERSION_LOWER & 0xFFFF_FFFFL)) {
            return parseStatusLine(word, end) ? next : BROKEN;
        }
        request = true;
        return parseRequestLine(word, end) ? next : BROKEN;
    }

    /** The byte after the line end that begins at {@code at}. */
    private int lineEnd(final int at) {
        final byte c = bytes.getByte(at);
        if (c == '\n' && limits.bareLineFeeds()) {
            return at + 1;
        }
        if (c != '\r') {
            return BROKEN;
        }
        if (at + 1 == limit) {
            return UNFINISHED;
        }
        return bytes.getByte(at + 1) == '\n' ? at + 2 : BROKEN;
    }

    private boolean parseRequestLine(final long word, final int end) {
        int at = startLine;
        final long spaces = Swar.equal(word, (byte) ' ');
        if (spaces != 0) {
            methodLength = Swar.first(spaces);
        } else {
            at += 8;
            while (at < end && bytes.getByte(at) != ' ') {
                at++;
            }
            methodLength = at - startLine;
        }
        method = SipMethod.ofReadable(bytes, startLine, methodLength);
        if (method == SipMethod.UNKNOWN
                && (methodLength == 0
                        || methodLength == end - startLine
                        || Ascii.skip(bytes, startLine, startLine + methodLength, Ascii.TOKEN)
                                != startLine + methodLength)) {
            methodLength = 0;
            request = false;
            return fail(Malformation.NOT_SIP);
        }
        uriOffset = startLine + methodLength + 1;
        final int version = end - 7;
        if (version <= uriOffset || !isVersion2(version) || bytes.getByte(version - 1) != ' ') {
            return explainRequestLineSlowPath(end);
        }
        uriLength = version - 1 - uriOffset;
        checkRequestUri(uriOffset, version - 1);
        return true;
    }

    private boolean isVersion2(final int at) {
        return ((Swar.load(bytes, at) | VERSION_LETTERS) & SEVEN_BYTES) == VERSION_LOWER;
    }

    /** No URI, blanks, angle brackets: eight bytes at a time. */
    private void checkRequestUri(final int from, final int to) {
        if (from == to) {
            fail(Malformation.REQUEST_LINE);
        }
        int at = from;
        while (at < to) {
            // The version behind the URI makes eight bytes readable from each of its bytes on.
            final long word = Swar.load(bytes, at);
            final long mask = to - at < 8 ? Swar.lowBytes(to - at) : -1;
            if ((Swar.blanks(word) & mask) != 0) {
                fail(Malformation.REQUEST_LINE_SPACES);
            }
            if ((Swar.angles(word) & mask) != 0) {
                fail(Malformation.REQUEST_URI_BRACKETS);
            }
            at += 8;
        }
    }

    /** Says why a line that begins with a token and a space is no request line of SIP 2.0; goes on if that is worth an answer. */
    private boolean explainRequestLineSlowPath(final int end) {
        final int trimmed = Ascii.trimEnd(bytes, uriOffset, end);
        int version = trimmed;
        while (version > uriOffset && bytes.getByte(version - 1) != ' ') {
            version--;
        }
        final boolean sip = trimmed - version >= 4
                && (Swar.word(bytes, version, 4) | VERSION_LETTERS) == (VERSION_LOWER & 0xFFFF_FFFFL);
        if (version == uriOffset) {
            uriLength = 0;
            return (sip || trimmed == version || method == SipMethod.UNKNOWN)
                    ? fail(Malformation.NOT_SIP)
                    : failAndGoOn(Malformation.REQUEST_LINE, trimmed);
        }
        if (!sip) {
            return method == SipMethod.UNKNOWN
                    ? fail(Malformation.NOT_SIP)
                    : failAndGoOn(Malformation.REQUEST_LINE, trimmed);
        }
        uriLength = Ascii.trimEnd(bytes, uriOffset, version) - uriOffset;
        if (trimmed != end && trimmed - version == 7 && isVersion2(version)) {
            fail(Malformation.REQUEST_LINE_SPACES);
        } else {
            fail(Malformation.VERSION);
        }
        return true;
    }

    private boolean failAndGoOn(final Malformation why, final int end) {
        uriLength = end - uriOffset;
        fail(why);
        return true;
    }

    private boolean parseStatusLine(final long word, final int end) {
        // SIP/2.0 SP 3DIGIT SP Reason-Phrase; some leave out the last space when there is no reason.
        final int code = startLine + 8;
        if (((word & SEVEN_BYTES) | VERSION_LETTERS) != VERSION_LOWER || word >>> 56 != ' ') {
            return fail(Malformation.STATUS_LINE);
        }
        int digits = code;
        while (digits < end && Ascii.is(bytes.getByte(digits), Ascii.DIGIT)) {
            digits++;
        }
        if (digits - code != 3) {
            return fail(digits == code ? Malformation.STATUS_LINE : Malformation.STATUS_CODE);
        }
        final int status = (int) Ascii.number(bytes, code, digits, 999);
        if (status < 100 || status > 699) {
            return fail(Malformation.STATUS_CODE);
        }
        if (digits < end && bytes.getByte(digits) != ' ') {
            return fail(Malformation.STATUS_LINE);
        }
        if (startLineControls) {
            return fail(Malformation.STATUS_LINE);
        }
        statusCode = status;
        reasonOffset = Math.min(digits + 1, end);
        reasonLength = end - reasonOffset;
        return true;
    }

    // Headers

    private int parseHeaders(final int from) {
        int at = from;
        while (true) {
            if (at == limit) {
                return UNFINISHED;
            }
            final byte c = bytes.getByte(at);
            if (c == '\r' || c == '\n') {
                final int body = lineEnd(at);
                if (body != BROKEN) {
                    return body;
                }
                fail(Malformation.LINE_END);
                at++;
                continue;
            }
            at = parseHeader(at);
            if (at < 0) {
                return at;
            }
        }
    }

    /** One header with its folds; returns where the next line begins. */
    private int parseHeader(final int line) {
        long firstEight;
        int colon;
        if (line + 8 <= limit) {
            firstEight = Swar.load(bytes, line);
            final long passed = Swar.equal(firstEight, (byte) ':') | Swar.controls(firstEight);
            colon = passed != 0 ? line + Swar.first(passed) : findColon(line + 8);
        } else {
            firstEight = Swar.word(bytes, line, limit - line);
            colon = findColon(line);
        }
        if (colon < limit && bytes.getByte(colon) == '\t') {
            colon = skipTabs(colon);
        }
        final int valueFrom = colon < limit && bytes.getByte(colon) == ':' ? colon + 1 : colon;
        final int end = findValueEnd(valueFrom);
        if (end < 0) {
            if (limit - line > limits.headerBytesMax()) {
                fail(Malformation.HEADER_TOO_LARGE);
                return BROKEN;
            }
            return end;
        }
        final int next = end + (bytes.getByte(end) == '\r' ? 2 : 1);
        if (next - line > limits.headerBytesMax()) {
            fail(Malformation.HEADER_TOO_LARGE);
            return next;
        }
        if (valueFrom == colon || colon == line) {
            fail(Malformation.HEADER_LINE);
            return next;
        }
        int nameLength = colon - line;
        int name = HeaderName.ordinalOf(bytes, line, nameLength, firstEight);
        if (name == HeaderName.OTHER_ORDINAL) {
            nameLength = trimmedName(line, colon);
            if (nameLength == 0) {
                fail(Malformation.HEADER_LINE);
                return next;
            }
            if (nameLength != colon - line) {
                name = HeaderName.ordinalOf(bytes, line, nameLength);
            }
        }
        if (headers == limits.headersMax()) {
            fail(Malformation.TOO_MANY_HEADERS);
            return BROKEN;
        }
        int value = valueFrom;
        while (value < end && Ascii.is(bytes.getByte(value), Ascii.BLANK)) {
            value++;
        }
        final int valueEnd = Ascii.trimEnd(bytes, value, end);
        note(name, line, next, nameLength, value, valueEnd);
        return next;
    }

    private void note(
            final int name, final int line, final int next, final int nameLength, final int value, final int valueEnd) {
        final int at = headers * STRIDE;
        index[at + LINE] = line;
        index[at + LINE_END] = next;
        index[at + NAME_LENGTH] = nameLength;
        index[at + VALUE] = value;
        index[at + VALUE_END] = valueEnd;
        index[at + NAME] = name;
        if (first[name] < 0) {
            first[name] = (short) headers;
        }
        headers++;
        final long bit = name < 64 ? 1L << name : 0;
        repeated |= seen & bit;
        seen |= bit;
        if (name == CSEQ) {
            parseCSeq(value, valueEnd);
        } else if (name == CONTENT_LENGTH) {
            parseContentLength(value, valueEnd);
        } else if (name == MAX_FORWARDS) {
            parseMaxForwards(value, valueEnd);
        }
    }

    /** White space may stand between a name and its colon. */
    private int skipTabs(final int from) {
        int at = from;
        while (at < limit && (bytes.getByte(at) == '\t' || bytes.getByte(at) == ' ')) {
            at++;
        }
        return at;
    }

    /** The next colon or control character, or the limit. */
    private int findColon(final int from) {
        int at = from;
        while (at <= limit - 8) {
            final long word = Swar.load(bytes, at);
            final long passed = Swar.equal(word, (byte) ':') | Swar.controls(word);
            if (passed != 0) {
                at += Swar.first(passed);
                return at;
            }
            at += 8;
        }
        while (at < limit) {
            final byte c = bytes.getByte(at);
            if (c == ':' || (c & 0xE0) == 0) {
                break;
            }
            at++;
        }
        return at;
    }

    /** Where the line end after the last fold of a value begins. */
    private int findValueEnd(final int from) {
        int at = from;
        while (true) {
            at = Swar.findControl(bytes, at, limit);
            if (at == limit) {
                return UNFINISHED;
            }
            final byte c = bytes.getByte(at);
            if (c != '\r' && c != '\n') {
                controls |= c != '\t';
                at++;
                continue;
            }
            final int next = lineEnd(at);
            if (next == UNFINISHED || next == limit) {
                return UNFINISHED;
            }
            if (next == BROKEN) {
                fail(Malformation.LINE_END);
                at++;
                continue;
            }
            final byte following = bytes.getByte(next);
            if (following != ' ' && following != '\t') {
                return at;
            }
            at = next + 1;
        }
    }

    /** Length of a header's name without the white space before its colon; 0 if it is no token. */
    private int trimmedName(final int line, final int colon) {
        int end = colon;
        while (end > line && (bytes.getByte(end - 1) == ' ' || bytes.getByte(end - 1) == '\t')) {
            end--;
        }
        return Ascii.skip(bytes, line, end, Ascii.TOKEN) == end ? end - line : 0;
    }

    private void parseCSeq(final int from, final int to) {
        int at = from;
        long number = 0;
        while (at < to) {
            final int digit = bytes.getByte(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = Math.min(number * 10 + digit, CSEQ_MAX + 1);
            at++;
        }
        final int token = Ascii.skipBlanks(bytes, at, to);
        if (at == from || token == at || token == to) {
            fail(Malformation.CSEQ);
            return;
        }
        final SipMethod named = token + 8 <= limit
                ? SipMethod.ofReadable(bytes, token, to - token)
                : SipMethod.of(bytes, token, to - token);
        if (named == SipMethod.UNKNOWN && Ascii.skip(bytes, token, to, Ascii.TOKEN) != to) {
            fail(Malformation.CSEQ);
            return;
        }
        if (cseqMethodOffset < 0) {
            cseqMethod = named;
            cseqMethodOffset = token;
            cseqMethodLength = to - token;
            cseqNumber = number <= CSEQ_MAX ? number : -1;
        }
        if (number > CSEQ_MAX) {
            fail(Malformation.CSEQ_NUMBER);
        }
    }

    private void parseContentLength(final int from, final int to) {
        final long value = Ascii.number(bytes, from, to, CONTENT_LENGTH_MAX);
        if (value < 0) {
            contentLengthBroken = true;
            fail(Malformation.CONTENT_LENGTH);
        } else if (contentLength < 0) {
            contentLength = (int) Math.min(value, CONTENT_LENGTH_MAX);
        } else if (stream && value != contentLength) {
            // On a datagram the first one counts; on a stream nobody knows any more where the next message begins.
            contentLengthBroken = true;
            fail(Malformation.CONTENT_LENGTH_DIFFERS);
        }
    }

    private void parseMaxForwards(final int from, final int to) {
        final long value = Ascii.number(bytes, from, to, MAX_FORWARDS_MAX);
        if (value < 0 || value > MAX_FORWARDS_MAX) {
            fail(Malformation.MAX_FORWARDS);
        } else if (maxForwards < 0) {
            maxForwards = (int) value;
        }
    }

    private void checkCSeqMethod() {
        if (!request || cseqMethodOffset < 0) {
            return;
        }
        if (cseqMethod != method
                || (method == SipMethod.UNKNOWN
                        && (cseqMethodLength != methodLength
                                || !Ascii.equal(bytes, startLine, bytes, cseqMethodOffset, methodLength)))) {
            fail(Malformation.CSEQ_METHOD);
        }
    }

    // Body and results

    private ParseResult parseBody() {
        final int available = limit - bodyOffset;
        if (stream) {
            if (contentLengthBroken) {
                return ParseResult.MALFORMED;
            }
            if (contentLength < 0) {
                return malformed(Malformation.CONTENT_LENGTH_MISSING);
            }
            if (contentLength > limits.messageBytesMax() - (bodyOffset - startLine)) {
                return malformed(Malformation.MESSAGE_TOO_LARGE);
            }
            if (contentLength > available) {
                malformation = Malformation.NONE;
                return needsMore(contentLength - available);
            }
            bodyLength = contentLength;
        } else if (contentLength > available) {
            bodyLength = available;
            fail(Malformation.CONTENT_LENGTH_TOO_LARGE);
        } else {
            bodyLength = contentLength >= 0 ? contentLength : available;
        }
        if (bodyOffset + bodyLength - startLine > limits.messageBytesMax()) {
            fail(Malformation.MESSAGE_TOO_LARGE);
        }
        messageLength = bodyOffset + bodyLength - offset;
        return malformation == Malformation.NONE ? ParseResult.COMPLETE : ParseResult.MALFORMED;
    }

    private ParseResult unfinishedStartLine() {
        if (limit - startLine > limits.startLineBytesMax()) {
            return malformed(Malformation.START_LINE_TOO_LARGE);
        }
        return stream ? needsMore(1) : malformed(Malformation.NOT_SIP);
    }

    private ParseResult unfinishedHeaders() {
        if (!stream) {
            return malformed(Malformation.HEADERS_UNFINISHED);
        }
        if (limit - startLine > limits.messageBytesMax()) {
            return malformed(Malformation.MESSAGE_TOO_LARGE);
        }
        malformation = Malformation.NONE;
        return needsMore(1);
    }

    private ParseResult needsMore(final int bytes) {
        bytesNeeded = bytes;
        return ParseResult.NEEDS_MORE;
    }

    private ParseResult malformed(final Malformation why) {
        fail(why);
        return ParseResult.MALFORMED;
    }

    private boolean fail(final Malformation why) {
        if (malformation == Malformation.NONE) {
            malformation = why;
        }
        return false;
    }

    /** Lets go of the bytes, so that a buffer can be given back. */
    public void release() {
        buffer.wrap(nothing);
        clear(0, 0);
    }

    // What was found

    /** The whole buffer that was handed in; all offsets count from its beginning. */
    public UnsafeBuffer buffer() {
        return buffer;
    }

    Bytes bytes() {
        return bytes;
    }

    public SipLimits limits() {
        return limits;
    }

    /** The first fault found, or NONE. */
    public Malformation malformation() {
        return malformation;
    }

    /** Status to answer this malformed message with, or {@link Malformation#DISCARD}: only requests are answered, and no ACK. */
    public int answerStatus() {
        return answerStatus(malformation);
    }

    /** Status to answer this message with for a fault that was found later, or {@link Malformation#DISCARD}. */
    public int answerStatus(final Malformation fault) {
        return request && method != SipMethod.ACK ? fault.status() : Malformation.DISCARD;
    }

    public boolean isRequest() {
        return request;
    }

    public SipMethod method() {
        return method;
    }

    public int methodOffset() {
        return startLine;
    }

    public int methodLength() {
        return methodLength;
    }

    public int requestUriOffset() {
        return uriOffset;
    }

    public int requestUriLength() {
        return uriLength;
    }

    /** Status code of a response; -1 in a request. */
    public int statusCode() {
        return statusCode;
    }

    public int reasonOffset() {
        return reasonOffset;
    }

    public int reasonLength() {
        return reasonLength;
    }

    /** Line ends before the first line. */
    public int leadingBytes() {
        return startLine - offset;
    }

    public int startLineOffset() {
        return startLine;
    }

    /** Where the first header line begins, or would. */
    public int headersOffset() {
        return headersOffset;
    }

    public int bodyOffset() {
        return bodyOffset;
    }

    public int bodyLength() {
        return bodyLength;
    }

    /** Bytes of the whole message, line ends before it included; 0 if it could not be found out, which ends a stream. */
    public int messageLength() {
        return messageLength;
    }

    /** After NEEDS_MORE: how many bytes are missing at least. */
    public int bytesNeeded() {
        return bytesNeeded;
    }

    public int headerCount() {
        return headers;
    }

    public HeaderName headerName(final int i) {
        return HeaderName.ofOrdinal(index[i * STRIDE + NAME]);
    }

    /** Where the header's line begins, and with it its name. */
    public int headerLineOffset(final int i) {
        return index[i * STRIDE + LINE];
    }

    /** Bytes of the header's line with its folds and its line end. */
    public int headerLineLength(final int i) {
        return index[i * STRIDE + LINE_END] - index[i * STRIDE + LINE];
    }

    public int headerNameOffset(final int i) {
        return index[i * STRIDE + LINE];
    }

    public int headerNameLength(final int i) {
        return index[i * STRIDE + NAME_LENGTH];
    }

    /** The value without white space around it; folds inside are still there. */
    public int headerValueOffset(final int i) {
        return index[i * STRIDE + VALUE];
    }

    public int headerValueLength(final int i) {
        return index[i * STRIDE + VALUE_END] - index[i * STRIDE + VALUE];
    }

    int headerValueEnd(final int i) {
        return index[i * STRIDE + VALUE_END];
    }

    /** Index of the first header of that name, or -1. */
    public int firstHeader(final HeaderName name) {
        return first[name.ordinal()];
    }

    /** Index of the next header of the same name as header {@code i}, or -1. Two headers that are OTHER count as the same only if their names are equal. */
    public int nextHeader(final int i) {
        final int name = index[i * STRIDE + NAME];
        for (int j = i + 1; j < headers; j++) {
            if (index[j * STRIDE + NAME] == name && (name != HeaderName.OTHER_ORDINAL || sameName(i, j))) {
                return j;
            }
        }
        return -1;
    }

    private boolean sameName(final int i, final int j) {
        final int length = headerNameLength(i);
        if (length != headerNameLength(j)) {
            return false;
        }
        for (int k = 0; k < length; k++) {
            if (Ascii.lower(bytes.getByte(headerNameOffset(i) + k))
                    != Ascii.lower(bytes.getByte(headerNameOffset(j) + k))) {
                return false;
            }
        }
        return true;
    }

    /** Index of the first header of any name, given in lower case and long form, or -1. */
    public int findHeader(final byte[] lowerCaseName) {
        for (int i = 0; i < headers; i++) {
            if (index[i * STRIDE + NAME] == HeaderName.OTHER_ORDINAL) {
                if (Ascii.equalsLower(bytes, headerNameOffset(i), headerNameLength(i), lowerCaseName)) {
                    return i;
                }
            } else if (headerName(i).isLower(lowerCaseName)) {
                return i;
            }
        }
        return -1;
    }

    boolean has(final HeaderName name) {
        return first[name.ordinal()] >= 0;
    }

    /** Whether a header of that name, one of the first sixty-four, stands there more than once. */
    boolean isRepeated(final HeaderName name) {
        return ((repeated >>> name.ordinal()) & 1) != 0;
    }

    /** Whether a control character stands in some header's value. */
    boolean hasControls() {
        return controls;
    }

    public int callIdOffset() {
        final int i = first[HeaderName.CALL_ID.ordinal()];
        return i < 0 ? -1 : headerValueOffset(i);
    }

    public int callIdLength() {
        final int i = first[HeaderName.CALL_ID.ordinal()];
        return i < 0 ? 0 : headerValueLength(i);
    }

    /** Sequence number of CSeq, or -1. */
    public long cseqNumber() {
        return cseqNumber;
    }

    public SipMethod cseqMethod() {
        return cseqMethod;
    }

    public int cseqMethodOffset() {
        return cseqMethodOffset;
    }

    public int cseqMethodLength() {
        return cseqMethodLength;
    }

    /** Value of Max-Forwards, or -1. */
    public int maxForwards() {
        return maxForwards;
    }

    /** Value of the first Content-Length, or -1. */
    public int contentLength() {
        return contentLength;
    }

    public int fromTagOffset() {
        readFromTag();
        return fromTagOffset;
    }

    public int fromTagLength() {
        readFromTag();
        return fromTagLength;
    }

    public int toTagOffset() {
        readToTag();
        return toTagOffset;
    }

    public int toTagLength() {
        readToTag();
        return toTagLength;
    }

    private void readFromTag() {
        if (!fromTagRead) {
            fromTagRead = true;
            final int from = first[HeaderName.FROM.ordinal()];
            fromTagOffset = from >= 0 && address.wrap(this, from) ? address.tagOffset() : -1;
            fromTagLength = fromTagOffset >= 0 ? address.tagLength() : 0;
        }
    }

    private void readToTag() {
        if (!toTagRead) {
            toTagRead = true;
            final int to = first[HeaderName.TO.ordinal()];
            toTagOffset = to >= 0 && address.wrap(this, to) ? address.tagOffset() : -1;
            toTagLength = toTagOffset >= 0 ? address.tagLength() : 0;
        }
    }
}
