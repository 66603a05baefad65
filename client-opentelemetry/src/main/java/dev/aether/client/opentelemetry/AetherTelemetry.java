package dev.aether.client.opentelemetry;

import dev.aether.client.AetherClientBuilder;
import dev.aether.client.Commit;
import dev.aether.client.SaveTracer;
import dev.aether.client.SubscriptionListener;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.Collection;

/**
 * Records what a client does as spans, by OpenTelemetry's conventions for messaging. A save is a
 * span of kind PRODUCER in the current context of the thread that saves, and its place in the trace
 * is stored with its events. A subscriber that uses {@link #subscriptions} or {@link #process}
 * handles them in a span of kind CONSUMER that links to the save's span. A save that fails, also by
 * a version conflict, has the status ERROR. No attribute has the id of an actor.
 *
 * <p>Thread-safe.
 */
public final class AetherTelemetry {
  /** The most links of one span. Commits beyond them are handled all the same. */
  public static final int MAX_LINKS = 128;

  private final Tracer tracer;

  private AetherTelemetry(Tracer tracer) {
    this.tracer = tracer;
  }

  /** Records spans with a tracer of {@code openTelemetry}, under the name dev.aether.client. */
  public static AetherTelemetry of(OpenTelemetry openTelemetry) {
    return new AetherTelemetry(openTelemetry.getTracer("dev.aether.client"));
  }

  /** A tracer for {@link AetherClientBuilder#saveTracer}. */
  public SaveTracer saves() {
    return new SpansOfSaves(tracer);
  }

  /**
   * A listener that calls another one, and whose {@code onCommits} is a span that is current while
   * the other one runs. Everything else is passed on as it is.
   */
  public SubscriptionListener subscriptions(SubscriptionListener listener) {
    return new TracedListener(this, listener);
  }

  /**
   * Handles commits in a span, for programs that do not get them from a listener.
   *
   * @param commits the commits whose writers the span links to
   * @param work is run at once, with the span as the current one. What it throws is recorded and
   *     thrown again
   */
  public void process(Collection<Commit> commits, Runnable work) {
    SpanBuilder builder =
        tracer
            .spanBuilder("process")
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute("messaging.system", "aether")
            .setAttribute("messaging.operation.type", "process")
            .setAttribute("messaging.operation.name", "process")
            .setAttribute("messaging.batch.message_count", commits.size());
    StoredContexts.of(commits, MAX_LINKS).forEach(builder::addLink);
    var span = builder.startSpan();
    try (Scope scope = span.makeCurrent()) {
      work.run();
    } catch (Throwable e) {
      span.setAttribute("error.type", e.getClass().getName());
      span.setStatus(StatusCode.ERROR, String.valueOf(e.getMessage()));
      throw e;
    } finally {
      span.end();
    }
  }
}
