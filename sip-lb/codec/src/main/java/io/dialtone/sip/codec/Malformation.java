package io.dialtone.sip.codec;

import java.nio.charset.StandardCharsets;
import org.agrona.MutableDirectBuffer;

/**
 * Why bytes are no SIP message, and what to answer when they were meant as a request. A response is never answered, nor is an ACK:
 * {@link SipMessage#answerStatus()} knows.
 */
public enum Malformation {
    /** Nothing wrong. */
    NONE(0, "", "The message is well formed."),
    EMPTY(0, "", "Nothing but line ends: a keep-alive."),
    NOT_SIP(0, "", "The first line is neither a request line nor a status line."),
    STATUS_LINE(0, "", "The status line is not SIP-Version SP Status-Code SP Reason-Phrase."),
    STATUS_CODE(0, "", "The status code is not within 100 and 699."),
    MESSAGE_TOO_LARGE(513, "Message Too Large", "The message is longer than the limit."),
    START_LINE_TOO_LARGE(414, "Request-URI Too Long", "The first line is longer than the limit."),
    HEADER_TOO_LARGE(513, "Header Too Large", "One header is longer than the limit."),
    TOO_MANY_HEADERS(513, "Too Many Headers", "There are more headers than the limit."),
    REQUEST_LINE(400, "Bad Request Line", "The request line is not Method SP Request-URI SP SIP-Version."),
    REQUEST_LINE_SPACES(400, "Extra Space In Request Line", "Single spaces part the words of a request line."),
    METHOD(400, "Bad Method", "The method is no token."),
    VERSION(505, "Version Not Supported", "The SIP version is not 2.0."),
    REQUEST_URI(400, "Bad Request-URI", "The Request-URI breaks the grammar of its scheme."),
    REQUEST_URI_BRACKETS(400, "Angle Brackets In Request-URI", "A Request-URI stands without angle brackets."),
    REQUEST_URI_HEADERS(400, "Headers In Request-URI", "A Request-URI carries no header fields."),
    LINE_END(400, "Bad Line End", "A CR without LF, or a bare LF where that is not allowed."),
    HEADER_LINE(400, "Bad Header Line", "A header line is not Name : Value."),
    HEADERS_UNFINISHED(400, "Missing End Of Headers", "The empty line after the headers is missing."),
    CONTROL_CHARACTER(400, "Control Character In Header", "A control character stands outside an escape."),
    CONTENT_LENGTH(400, "Bad Content-Length", "Content-Length is no number."),
    CONTENT_LENGTH_TOO_LARGE(400, "Content-Length Exceeds Message", "The body is shorter than Content-Length says."),
    CONTENT_LENGTH_DIFFERS(400, "Contradicting Content-Length", "Two Content-Length headers differ."),
    CONTENT_LENGTH_MISSING(400, "Missing Content-Length", "On a stream Content-Length says where a message ends."),
    CSEQ(400, "Bad CSeq", "CSeq is not a number and a method."),
    CSEQ_NUMBER(400, "CSeq Number Too Large", "The CSeq number is not below 2**31."),
    CSEQ_METHOD(400, "CSeq Method Mismatch", "CSeq names another method than the request line."),
    MAX_FORWARDS(400, "Bad Max-Forwards", "Max-Forwards is not within 0 and 255."),
    VIA(400, "Bad Via", "A Via value breaks the grammar."),
    FROM(400, "Bad From", "From breaks the grammar."),
    TO(400, "Bad To", "To breaks the grammar."),
    CALL_ID(400, "Bad Call-ID", "Call-ID is not word or word@word."),
    CONTACT(400, "Bad Contact", "A Contact value breaks the grammar."),
    ROUTE(400, "Bad Route", "A Route value breaks the grammar."),
    RECORD_ROUTE(400, "Bad Record-Route", "A Record-Route value breaks the grammar."),
    ADDRESS(400, "Bad Address Header", "A header that holds addresses breaks the grammar."),
    DATE(400, "Bad Date", "Date is no RFC 1123 date in GMT."),
    EXPIRES(400, "Bad Expires", "An expiry is no number below 2**32."),
    NUMBER(400, "Bad Number In Header", "A header that holds a number breaks the grammar."),
    CONTENT_TYPE(400, "Bad Content-Type", "Content-Type is not type/subtype with parameters."),
    TOKEN_LIST(400, "Bad Token List", "A header that lists tokens breaks the grammar."),
    CREDENTIALS(400, "Bad Credentials Or Challenge", "A header of authentication breaks the grammar."),
    WARNING(400, "Bad Warning", "A Warning value is not code, agent and quoted text."),
    MISSING_VIA(400, "Missing Via Header", "There is no Via."),
    MISSING_FROM(400, "Missing From Header", "There is no From."),
    MISSING_TO(400, "Missing To Header", "There is no To."),
    MISSING_CALL_ID(400, "Missing Call-ID Header", "There is no Call-ID."),
    MISSING_CSEQ(400, "Missing CSeq Header", "There is no CSeq."),
    REPEATED_FROM(400, "Repeated From Header", "There is more than one From."),
    REPEATED_TO(400, "Repeated To Header", "There is more than one To."),
    REPEATED_CALL_ID(400, "Repeated Call-ID Header", "There is more than one Call-ID."),
    REPEATED_CSEQ(400, "Repeated CSeq Header", "There is more than one CSeq."),
    REPEATED_MAX_FORWARDS(400, "Repeated Max-Forwards Header", "There is more than one Max-Forwards."),
    REPEATED_CONTENT_LENGTH(400, "Repeated Content-Length Header", "There is more than one Content-Length."),
    REPEATED_CONTENT_TYPE(400, "Repeated Content-Type Header", "There is more than one Content-Type.");

    /** In place of a status: say nothing, count it. */
    public static final int DISCARD = 0;

    private final int status;
    private final String sentence;
    private final String reason;

    @SuppressWarnings("ImmutableEnumChecker") // Never written after construction, never handed out.
    private final byte[] reasonBytes;

    Malformation(final int status, final String reason, final String sentence) {
        this.status = status;
        this.reason = reason;
        this.sentence = sentence;
        this.reasonBytes = reason.getBytes(StandardCharsets.US_ASCII);
    }

    /** Status of the answer when a request has this fault, or {@link #DISCARD}. */
    public int status() {
        return status;
    }

    /** Reason phrase of the answer. */
    public String reason() {
        return reason;
    }

    /** What is wrong, for people. */
    public String sentence() {
        return sentence;
    }

    /** Writes the reason phrase; returns its length. */
    public int copyReasonTo(final MutableDirectBuffer buffer, final int offset) {
        buffer.putBytes(offset, reasonBytes);
        return reasonBytes.length;
    }

    byte[] reasonBytes() {
        return reasonBytes;
    }
}
