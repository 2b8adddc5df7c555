package io.dialtone.runtime.node;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Where every Dialtone process begins. */
public final class Main {
    private Main() {}

    public static void main(final String[] arguments) {
        System.exit(execute(arguments));
    }

    private static int execute(final String... arguments) {
        final Optional<RoleCommand> role =
                arguments.length == 0 ? Optional.empty() : DialtoneCommand.role(arguments[0]);
        if (role.isPresent()) {
            final List<String> typed = Arrays.asList(arguments).subList(1, arguments.length);
            final Optional<RoleArguments> plain =
                    RoleArguments.read(typed, role.get().groups());
            if (plain.isPresent()) {
                return start(role.get(), plain.get());
            }
        }
        return DialtoneCommand.createFor(arguments).execute(arguments);
    }

    private static int start(final RoleCommand role, final RoleArguments arguments) {
        try {
            return role.start(arguments);
        } catch (Exception e) {
            return FailureMessages.tell(e, new PrintWriter(System.err, true, Charset.defaultCharset()));
        }
    }
}
