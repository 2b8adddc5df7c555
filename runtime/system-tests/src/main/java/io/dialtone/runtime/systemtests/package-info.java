/** Several processes, failures, real peers; and the import table as a test. */
@NullMarked
package io.dialtone.runtime.systemtests;

import org.jspecify.annotations.NullMarked;
