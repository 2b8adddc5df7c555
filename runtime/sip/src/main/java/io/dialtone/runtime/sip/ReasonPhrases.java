package io.dialtone.runtime.sip;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The usual reason phrases of RFC 3261 section 21 and its extensions. */
final class ReasonPhrases {
    private static final int LAST = 699;
    private static final byte[][] PHRASES = new byte[LAST + 1][];

    static {
        final Map<Integer, String> known = new HashMap<>();
        known.put(100, "Trying");
        known.put(180, "Ringing");
        known.put(181, "Call Is Being Forwarded");
        known.put(182, "Queued");
        known.put(183, "Session Progress");
        known.put(200, "OK");
        known.put(202, "Accepted");
        known.put(204, "No Notification");
        known.put(300, "Multiple Choices");
        known.put(301, "Moved Permanently");
        known.put(302, "Moved Temporarily");
        known.put(305, "Use Proxy");
        known.put(380, "Alternative Service");
        known.put(400, "Bad Request");
        known.put(401, "Unauthorized");
        known.put(402, "Payment Required");
        known.put(403, "Forbidden");
        known.put(404, "Not Found");
        known.put(405, "Method Not Allowed");
        known.put(406, "Not Acceptable");
        known.put(407, "Proxy Authentication Required");
        known.put(408, "Request Timeout");
        known.put(410, "Gone");
        known.put(412, "Conditional Request Failed");
        known.put(413, "Request Entity Too Large");
        known.put(414, "Request-URI Too Long");
        known.put(415, "Unsupported Media Type");
        known.put(416, "Unsupported URI Scheme");
        known.put(420, "Bad Extension");
        known.put(421, "Extension Required");
        known.put(422, "Session Interval Too Small");
        known.put(423, "Interval Too Brief");
        known.put(433, "Anonymity Disallowed");
        known.put(439, "First Hop Lacks Outbound Support");
        known.put(480, "Temporarily Unavailable");
        known.put(481, "Call/Transaction Does Not Exist");
        known.put(482, "Loop Detected");
        known.put(483, "Too Many Hops");
        known.put(484, "Address Incomplete");
        known.put(485, "Ambiguous");
        known.put(486, "Busy Here");
        known.put(487, "Request Terminated");
        known.put(488, "Not Acceptable Here");
        known.put(489, "Bad Event");
        known.put(491, "Request Pending");
        known.put(493, "Undecipherable");
        known.put(500, "Server Internal Error");
        known.put(501, "Not Implemented");
        known.put(502, "Bad Gateway");
        known.put(503, "Service Unavailable");
        known.put(504, "Server Time-out");
        known.put(505, "Version Not Supported");
        known.put(513, "Message Too Large");
        known.put(600, "Busy Everywhere");
        known.put(603, "Decline");
        known.put(604, "Does Not Exist Anywhere");
        known.put(606, "Not Acceptable");
        known.put(607, "Unwanted");
        known.put(608, "Rejected");
        final String[] classes = {"Session Progress", "OK", "Moved", "Bad Request", "Server Error", "Declined"};
        for (int status = 100; status <= LAST; status++) {
            PHRASES[status] =
                    known.getOrDefault(status, classes[status / 100 - 1]).getBytes(StandardCharsets.US_ASCII);
        }
    }

    private ReasonPhrases() {}

    /** The phrase of a status from 100 to 699; not to be changed. */
    static byte[] of(final int status) {
        return PHRASES[status];
    }
}
