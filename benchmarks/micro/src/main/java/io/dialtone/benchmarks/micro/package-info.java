/** JMH on the message path. */
@NullMarked
package io.dialtone.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
