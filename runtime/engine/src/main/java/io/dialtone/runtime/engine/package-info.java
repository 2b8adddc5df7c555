/** Workers that own slots: mailboxes, deadlines, duplicate detection. */
@NullMarked
package io.dialtone.runtime.engine;

import org.jspecify.annotations.NullMarked;
