package io.dialtone.runtime.node;

import io.dialtone.api.SipHandler;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds the handler class of a service, in our own class path or in jars of the developer's. Used by the main thread, at start. */
final class ServiceClasses {
    private ServiceClasses() {}

    /** Makes handlers of the class that the settings name; adds what is wrong with it to the problems. */
    static Optional<Supplier<SipHandler<?>>> handlers(
            final Settings settings, final ClassLoader loader, final Problems problems) {
        final String name = settings.get(NodeSettings.HANDLER);
        try {
            final Class<?> found = Class.forName(name, true, loader);
            if (!SipHandler.class.isAssignableFrom(found)) {
                wrong(settings, name, "a class that implements " + SipHandler.class.getName(), problems);
                return Optional.empty();
            }
            final Constructor<?> constructor = found.getConstructor();
            if (!Modifier.isPublic(found.getModifiers()) || Modifier.isAbstract(found.getModifiers())) {
                wrong(settings, name, "a public class that is not abstract", problems);
                return Optional.empty();
            }
            make(constructor);
            return Optional.of(() -> makeAgain(constructor));
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            wrong(
                    settings,
                    name,
                    "a class in our jars or in service.class-path; " + e.getMessage() + " is in none",
                    problems);
        } catch (NoSuchMethodException e) {
            wrong(settings, name, "a class with a public constructor without arguments", problems);
        } catch (LinkageError | ReflectiveOperationException e) {
            final Throwable cause = e.getCause() == null ? e : e.getCause();
            wrong(settings, name, "a class that can be made; its constructor said " + cause, problems);
        }
        return Optional.empty();
    }

    /** Where the classes of all services of a node are. */
    static Optional<ClassLoader> loader(final Settings settings, final Problems problems) {
        final List<Path> classPath = settings.find(NodeSettings.CLASS_PATH).orElse(List.of());
        if (classPath.isEmpty()) {
            return Optional.of(ServiceClasses.class.getClassLoader());
        }
        final List<URL> urls = new ArrayList<>();
        for (final Path entry : classPath) {
            if (!Files.exists(entry)) {
                problems.add(
                        NodeSettings.CLASS_PATH.key() + ": " + entry + " (expected: a jar or folder that is there).");
                continue;
            }
            try {
                urls.add(entry.toUri().toURL());
            } catch (MalformedURLException e) {
                problems.add(NodeSettings.CLASS_PATH.key() + ": " + entry + " (expected: a jar or folder): "
                        + e.getMessage());
            }
        }
        // Lives as long as the process: handlers load classes from it at any time.
        return urls.size() == classPath.size()
                ? Optional.of(
                        new URLClassLoader("service", urls.toArray(URL[]::new), ServiceClasses.class.getClassLoader()))
                : Optional.empty();
    }

    private static SipHandler<?> make(final Constructor<?> constructor) throws ReflectiveOperationException {
        return (SipHandler<?>) constructor.newInstance();
    }

    private static SipHandler<?> makeAgain(final Constructor<?> constructor) {
        try {
            return make(constructor);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a handler was made once and cannot be made again", e);
        }
    }

    private static void wrong(
            final Settings settings, final String name, final String expected, final Problems problems) {
        problems.wrongValue(NodeSettings.HANDLER.key(), name, expected, null, settings.origin(NodeSettings.HANDLER));
    }
}
