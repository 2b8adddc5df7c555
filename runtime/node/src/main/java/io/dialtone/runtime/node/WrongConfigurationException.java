package io.dialtone.runtime.node;

import java.util.List;

/** Ends a start because settings are wrong; says all of them. Thrown before the first thread starts. */
final class WrongConfigurationException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    WrongConfigurationException(final List<String> problems) {
        super(String.join(System.lineSeparator(), problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    WrongConfigurationException(final String problem) {
        this(List.of(problem));
    }

    List<String> problems() {
        return problems;
    }
}
