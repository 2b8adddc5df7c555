package io.dialtone.runtime.sip;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Server transactions that come and go together, in no order; a transaction is in one list, and knows its place there. Called only by the owning worker. */
final class TransactionList {
    private @Nullable ServerTransaction[] transactions = new @Nullable ServerTransaction[4];
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    ServerTransaction get(final int index) {
        final ServerTransaction transaction = transactions[index];
        assert transaction != null && index < size;
        return transaction;
    }

    void add(final ServerTransaction transaction) {
        assert transaction.list == null : "a transaction is in one list";
        if (size == transactions.length) {
            transactions = Arrays.copyOf(transactions, 2 * size);
        }
        transactions[size] = transaction;
        transaction.list = this;
        transaction.place = size++;
    }

    void remove(final ServerTransaction transaction) {
        assert transaction.list == this;
        final ServerTransaction last = get(size - 1);
        transactions[transaction.place] = last;
        last.place = transaction.place;
        transactions[--size] = null;
        transaction.list = null;
    }
}
