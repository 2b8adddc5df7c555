package io.dialtone.benchmarks.calls;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message as text, to be asked for its headers by their long names, which is how edges and the phones themselves write them.
 *
 * @param all the message, body included
 */
record PhoneText(String all) {
    private static final String EOL = "\r\n";

    boolean isRequest() {
        return !all.startsWith("SIP/2.0 ");
    }

    String method() {
        return all.substring(0, all.indexOf(' '));
    }

    String requestUri() {
        final int begin = all.indexOf(' ') + 1;
        return all.substring(begin, all.indexOf(' ', begin));
    }

    int status() {
        return Integer.parseInt(all.substring(8, 11));
    }

    /** The first of this name, or null. */
    @Nullable
    String header(final String name) {
        final List<String> values = headers(name);
        return values.isEmpty() ? null : values.getFirst();
    }

    /** All of this name, a value for each line. */
    List<String> headers(final String name) {
        final List<String> values = new ArrayList<>();
        final String mark = EOL + name + ":";
        final int headEnd = all.indexOf(EOL + EOL);
        for (int at = all.indexOf(mark); at >= 0 && at < headEnd; at = all.indexOf(mark, at + 1)) {
            values.add(
                    all.substring(at + mark.length(), all.indexOf(EOL, at + 2)).trim());
        }
        return values;
    }

    /** The answer that a phone gives to this request. */
    String answer(final String statusLine, final int number, final String contact) {
        final StringBuilder answer = new StringBuilder(512);
        answer.append("SIP/2.0 ").append(statusLine).append(EOL);
        for (final String name : List.of("Via", "Record-Route", "From", "To", "Call-ID", "CSeq")) {
            for (final String value : headers(name)) {
                answer.append(name).append(": ").append(value);
                if (name.equals("To") && !value.contains(";tag=")) {
                    answer.append(";tag=p").append(number);
                }
                answer.append(EOL);
            }
        }
        return answer.append("Contact: ")
                .append(contact)
                .append(EOL)
                .append("Content-Length: 0")
                .append(EOL)
                .append(EOL)
                .toString();
    }
}
