package io.dialtone.runtime.node;

/** Where every Dialtone process begins. */
public final class Main {
    private Main() {}

    public static void main(final String[] arguments) {
        System.exit(DialtoneCommand.create().execute(arguments));
    }
}
