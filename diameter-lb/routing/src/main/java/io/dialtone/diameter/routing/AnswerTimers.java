package io.dialtone.diameter.routing;

import io.dialtone.diameter.peer.Expect;
import java.time.Duration;
import java.util.Map;

/**
 * How long an answer is waited for before the request goes to another peer. Immutable.
 *
 * <p>Two seconds: clients of credit control give up after ten (Tx of RFC 8506 section 13), and within that there is time for a first peer and two further ones.
 *
 * @param standard for commands that are not named
 * @param byCommand for those that are, by command code
 */
public record AnswerTimers(Duration standard, Map<Integer, Duration> byCommand) {
    public static final Duration DEFAULT = Duration.ofSeconds(2);
    public static final int COMMANDS_MAX = 64;

    private static final Duration MIN = Duration.ofMillis(10);
    private static final Duration MAX = Duration.ofMinutes(5);

    public AnswerTimers {
        byCommand = Map.copyOf(byCommand);
        Expect.between("answer timer", standard, MIN, MAX, DEFAULT);
        Expect.between("answer timers", byCommand.size(), 0, COMMANDS_MAX, 0);
        byCommand.forEach(
                (command, time) -> Expect.between("answer timer of command " + command, time, MIN, MAX, DEFAULT));
    }

    public static AnswerTimers defaults() {
        return new AnswerTimers(DEFAULT, Map.of());
    }
}
