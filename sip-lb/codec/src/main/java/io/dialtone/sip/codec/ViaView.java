package io.dialtone.sip.codec;

/**
 * The values of a message's Via headers, one after the other from the topmost, for whoever routes responses or stamps requests. One per thread; valid as long
 * as the message it is wrapped on.
 */
public final class ViaView {
    private static final long SIP_2_0 = Swar.word(new byte[] {'S', 'I', 'P', '/', '2', '.', '0', '/'}, 0, 8);
    private static final long MAGIC_COOKIE = Swar.word(new byte[] {'z', '9', 'h', 'G', '4', 'b', 'K'}, 0, 7);
    private static final int MAGIC_COOKIE_BYTES = 7;
    private static final byte[] SIP = {'s', 'i', 'p'};
    private static final byte[] BRANCH = {'b', 'r', 'a', 'n', 'c', 'h'};
    private static final byte[] RECEIVED = {'r', 'e', 'c', 'e', 'i', 'v', 'e', 'd'};
    private static final byte[] RPORT = {'r', 'p', 'o', 'r', 't'};
    private static final byte[] MADDR = {'m', 'a', 'd', 'd', 'r'};
    private static final byte[] ALIAS = {'a', 'l', 'i', 'a', 's'};
    private static final byte[] TTL = {'t', 't', 'l'};
    private static final int PORT_MAX = 65_535;
    private static final int TTL_MAX = 255;

    private static final SipMessage NO_MESSAGE = new SipMessage(new SipLimits(1, 1, 1, 1, false));

    private final ParamScanner param = new ParamScanner();
    private Bytes bytes = new Bytes();
    private SipMessage message;
    private int header = -1;
    private int limit;
    private int nextValue;

    private boolean wellFormed;
    private boolean strict;
    private int valueOffset;
    private int valueEnd;
    private int goodEnd;
    private boolean protocolOk;
    private int transportOffset;
    private int transportLength;
    private int hostOffset;
    private int hostLength;
    private int hostEnd;
    private int port;
    private int sentByEnd;
    private int branchOffset;
    private int branchLength;
    private int receivedOffset;
    private int receivedLength;
    private int rportNameOffset;
    private int rportOffset;
    private int rportLength;
    private int rport;
    private int maddrOffset;
    private int maddrLength;
    private int ttl;
    private boolean isAlias;

    public ViaView() {
        message = NO_MESSAGE;
        clear();
    }

    /**
     * Goes to the topmost value.
     *
     * @return false if there is none, or if it is no Via value; {@link #isMalformed()} tells
     */
    public boolean wrap(final SipMessage ofMessage) {
        message = ofMessage;
        bytes = ofMessage.bytes();
        return goTo(ofMessage.firstHeader(HeaderName.VIA));
    }

    /** Goes to the first value of one of the Via headers, for callers that know what the headers before it are. */
    public boolean wrap(final SipMessage ofMessage, final int headerIndex) {
        message = ofMessage;
        bytes = ofMessage.bytes();
        return goTo(headerIndex);
    }

    /** Goes to the next value, on the same line or the next. False if there is none, or if it is no Via value; {@link #isMalformed()} tells. */
    public boolean next() {
        if (nextValue >= 0) {
            return read(nextValue);
        }
        return goTo(header < 0 || !wellFormed ? -1 : message.nextHeader(header));
    }

    private boolean goTo(final int index) {
        header = index;
        if (index < 0) {
            clear();
            wellFormed = true;
            return false;
        }
        limit = message.headerValueEnd(index);
        return read(message.headerValueOffset(index));
    }

    private void clear() {
        wellFormed = false;
        strict = false;
        valueOffset = -1;
        valueEnd = -1;
        goodEnd = -1;
        nextValue = -1;
        protocolOk = false;
        transportOffset = -1;
        transportLength = 0;
        hostOffset = -1;
        hostLength = 0;
        hostEnd = -1;
        port = -1;
        sentByEnd = -1;
        branchOffset = -1;
        branchLength = 0;
        receivedOffset = -1;
        receivedLength = 0;
        rportNameOffset = -1;
        rportOffset = -1;
        rportLength = 0;
        rport = -1;
        maddrOffset = -1;
        maddrLength = 0;
        ttl = -1;
        isAlias = false;
    }

    private boolean read(final int from) {
        clear();
        strict = true;
        valueOffset = Ascii.skipBlanks(bytes, from, limit);
        valueEnd = valueOffset;
        final int sentBy = readProtocol(valueOffset);
        if (sentBy < 0) {
            return false;
        }
        int at = readSentBy(sentBy);
        if (at < 0) {
            return false;
        }
        goodEnd = sentByEnd;
        valueEnd = sentByEnd;
        while (at < limit && bytes.getByte(at) == ';') {
            at = param.read(bytes, at, limit);
            if (at < 0 || !takeParam()) {
                return false;
            }
            valueEnd = param.valueOffset >= 0
                    ? param.valueOffset + param.valueLength
                    : param.nameOffset + param.nameLength;
            goodEnd = strict ? valueEnd : goodEnd;
        }
        if (at < limit) {
            if (bytes.getByte(at) != ',') {
                return false;
            }
            nextValue = at + 1;
        }
        wellFormed = true;
        return true;
    }

    /** {@code SIP / 2.0 / UDP} and the white space after it. */
    private int readProtocol(final int from) {
        int at;
        if (limit - from >= 8 && Swar.load(bytes, from) == SIP_2_0) {
            protocolOk = true;
            at = from + 8;
        } else {
            at = readProtocolSlowPath(from);
            if (at < 0) {
                return -1;
            }
        }
        transportOffset = Ascii.skipBlanks(bytes, at, limit);
        at = Ascii.skip(bytes, transportOffset, limit, Ascii.TOKEN);
        transportLength = at - transportOffset;
        final int sentBy = Ascii.skipBlanks(bytes, at, limit);
        return transportLength == 0 || sentBy == at ? -1 : sentBy;
    }

    private int readProtocolSlowPath(final int from) {
        final int nameEnd = Ascii.skip(bytes, from, limit, Ascii.TOKEN);
        int at = Ascii.skipBlanks(bytes, nameEnd, limit);
        if (nameEnd == from || !Ascii.isAt(bytes, at, limit, '/')) {
            return -1;
        }
        final int version = Ascii.skipBlanks(bytes, at + 1, limit);
        final int versionEnd = Ascii.skip(bytes, version, limit, Ascii.TOKEN);
        at = Ascii.skipBlanks(bytes, versionEnd, limit);
        if (versionEnd == version || !Ascii.isAt(bytes, at, limit, '/')) {
            return -1;
        }
        protocolOk = Ascii.equalsLower(bytes, from, nameEnd - from, SIP)
                && versionEnd - version == 3
                && bytes.getByte(version) == '2'
                && bytes.getByte(version + 1) == '.'
                && bytes.getByte(version + 2) == '0';
        return at + 1;
    }

    private int readSentBy(final int from) {
        hostOffset = from;
        int at;
        if (Ascii.isAt(bytes, from, limit, '[')) {
            at = from + 1;
            while (at < limit && bytes.getByte(at) != ']') {
                if (!Ascii.is(bytes.getByte(at), Ascii.HEX) && bytes.getByte(at) != ':' && bytes.getByte(at) != '.') {
                    return -1;
                }
                at++;
            }
            if (at == limit) {
                return -1;
            }
            at++;
        } else {
            at = Ascii.skip(bytes, from, limit, Ascii.HOST);
        }
        hostLength = at - from;
        hostEnd = at;
        if (hostLength == 0) {
            return -1;
        }
        sentByEnd = at;
        if (at == limit || bytes.getByte(at) == ';') {
            return at;
        }
        at = Ascii.skipBlanks(bytes, at, limit);
        if (Ascii.isAt(bytes, at, limit, ':')) {
            final int digits = Ascii.skipBlanks(bytes, at + 1, limit);
            at = Ascii.skip(bytes, digits, limit, Ascii.DIGIT);
            final long number = Ascii.number(bytes, digits, at, PORT_MAX);
            if (number < 0 || number > PORT_MAX) {
                return -1;
            }
            port = (int) number;
            sentByEnd = at;
            at = Ascii.skipBlanks(bytes, at, limit);
        }
        return at;
    }

    private boolean takeParam() {
        strict &= param.strict;
        final int name = param.nameOffset;
        final int value = param.valueOffset;
        final int length = param.valueLength;
        switch (param.nameLength) {
            case 3 -> {
                if (Ascii.equalsLower(bytes, name, 3, TTL)) {
                    return takeTtl(value, length);
                }
            }
            case 5 -> {
                if (Ascii.equalsLower(bytes, name, 5, RPORT)) {
                    return takeRport(name, value, length);
                }
                if (Ascii.equalsLower(bytes, name, 5, MADDR)) {
                    if (isFirst(maddrOffset)) {
                        maddrOffset = value;
                        maddrLength = length;
                    }
                    return length > 0;
                }
                isAlias |= Ascii.equalsLower(bytes, name, 5, ALIAS);
            }
            case 6 -> {
                if (Ascii.equalsLower(bytes, name, 6, BRANCH)) {
                    return takeBranch(value, length);
                }
            }
            case 8 -> {
                if (Ascii.equalsLower(bytes, name, 8, RECEIVED)) {
                    if (isFirst(receivedOffset)) {
                        receivedOffset = value;
                        receivedLength = length;
                    }
                    return length > 0;
                }
            }
            default -> {}
        }
        return true;
    }

    /** The first of a parameter counts, as for whoever edits it; the grammar has room for one. */
    private boolean isFirst(final int known) {
        strict &= known < 0;
        return known < 0;
    }

    private boolean takeTtl(final int value, final int length) {
        final long number = Ascii.number(bytes, value, value + length, TTL_MAX);
        if (isFirst(ttl)) {
            ttl = number <= TTL_MAX ? (int) number : -1;
        }
        return number >= 0 && number <= TTL_MAX;
    }

    private boolean takeBranch(final int value, final int length) {
        strict &= Ascii.isAll(bytes, value, value + length, Ascii.TOKEN, false);
        if (isFirst(branchOffset)) {
            branchOffset = value;
            branchLength = length;
        }
        return length > 0;
    }

    private boolean takeRport(final int name, final int value, final int length) {
        final boolean first = isFirst(rportNameOffset);
        if (first) {
            rportNameOffset = name;
        }
        if (value < 0) {
            return true;
        }
        final long number = Ascii.number(bytes, value, value + length, PORT_MAX);
        if (first) {
            rportOffset = value;
            rportLength = length;
            rport = number <= PORT_MAX ? (int) number : -1;
        }
        return number >= 0 && number <= PORT_MAX;
    }

    /** Whether the last step met a header that is no Via value. */
    public boolean isMalformed() {
        return !wellFormed;
    }

    /** Whether the value keeps to the letter of the grammar; a view reads some that do not. */
    boolean isStrict() {
        return wellFormed && strict;
    }

    /** End of the part of a value that can be repeated in an answer though the rest is malformed; -1 if there is none. */
    int goodEnd() {
        return goodEnd;
    }

    /** Index of the header this value stands in. */
    public int header() {
        return header;
    }

    /** Whether another value follows on the same line. */
    public boolean isFollowedOnLine() {
        return nextValue >= 0;
    }

    /** Where the text after this value's comma begins; -1 if the value is the last of its line. */
    public int nextValueOffset() {
        return nextValue;
    }

    /** Whether the protocol is SIP/2.0. */
    public boolean protocolOk() {
        return protocolOk;
    }

    public int transportOffset() {
        return transportOffset;
    }

    public int transportLength() {
        return transportLength;
    }

    /** Host of sent-by, an IPv6 address with its brackets. */
    public int hostOffset() {
        return hostOffset;
    }

    public int hostLength() {
        return hostLength;
    }

    /** Where the host ends. */
    public int hostEnd() {
        return hostEnd;
    }

    /** Port of sent-by, or -1. */
    public int port() {
        return port;
    }

    /** Whether its sender listens at sent-by, and takes there what comes by the connection that this came by (RFC 5923 section 4). */
    public boolean isAlias() {
        return isAlias;
    }

    public int branchOffset() {
        return branchOffset;
    }

    public int branchLength() {
        return branchLength;
    }

    /** Whether the branch begins with RFC 3261's cookie and has something after it; without that, transactions are matched as RFC 2543 did. */
    public boolean hasMagicCookie() {
        return branchLength > MAGIC_COOKIE_BYTES && Swar.word(bytes, branchOffset, MAGIC_COOKIE_BYTES) == MAGIC_COOKIE;
    }

    public int receivedOffset() {
        return receivedOffset;
    }

    public int receivedLength() {
        return receivedLength;
    }

    /** Whether there is an rport parameter, with or without a value. */
    public boolean hasRport() {
        return rportNameOffset >= 0;
    }

    /** Where the name of the rport parameter begins, or -1. */
    public int rportNameOffset() {
        return rportNameOffset;
    }

    /** Where the value of rport begins, or -1 if it has none. */
    public int rportOffset() {
        return rportOffset;
    }

    public int rportLength() {
        return rportLength;
    }

    /** Value of rport, or -1. */
    public int rport() {
        return rport;
    }

    public int maddrOffset() {
        return maddrOffset;
    }

    public int maddrLength() {
        return maddrLength;
    }

    /** Value of ttl, or -1. */
    public int ttl() {
        return ttl;
    }

    public int valueOffset() {
        return valueOffset;
    }

    /** End of the value with its parameters, white space and comma after it not included. */
    public int valueEnd() {
        return valueEnd;
    }

    /** End of sent-by: where parameters begin, or would. */
    public int sentByEnd() {
        return sentByEnd;
    }

    /** End of the parameters: where another one goes. */
    public int paramsEnd() {
        return valueEnd;
    }
}
