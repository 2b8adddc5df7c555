package io.dialtone.sip.locate;

import java.util.function.Consumer;

/** Asks DNS servers, on a thread of its own. */
public interface RecordSource extends AutoCloseable {
    /** Runs something on the source's own thread; nothing once it is closed. Any thread. */
    void execute(Runnable task);

    /** Asks, and calls back once, later or at once, on the source's own thread. Called only there. */
    void ask(Question question, Consumer<Answer> onAnswer);

    @Override
    void close();

    /** Knows nothing and has no thread. */
    static RecordSource none() {
        return new RecordSource() {
            @Override
            public void execute(final Runnable task) {
                task.run();
            }

            @Override
            public void ask(final Question question, final Consumer<Answer> onAnswer) {
                onAnswer.accept(Answer.none(0));
            }

            @Override
            public void close() {}
        };
    }
}
