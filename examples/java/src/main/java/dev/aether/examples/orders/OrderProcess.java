package dev.aether.examples.orders;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.Event;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.actor.EventContext;
import dev.aether.examples.common.CheckpointFile;
import dev.aether.examples.common.Json;
import dev.aether.examples.orders.OrderEvent.OrderPlaced;
import dev.aether.examples.orders.PaymentEvent.PaymentRefused;
import dev.aether.examples.orders.PaymentEvent.PaymentTaken;
import dev.aether.examples.orders.StockEvent.StockRefused;
import dev.aether.examples.orders.StockEvent.StockReserved;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The process manager: reacts to each event with the next step. Its only state is its position in
 * the log; it reads everything else. After a kill it resumes at its checkpoint and repeats some
 * steps, which {@link Steps} makes harmless.
 */
final class OrderProcess implements SubscriptionListener {
  private static final List<String> TRIGGERS =
      List.of(
          Json.type(OrderPlaced.class),
          Json.type(StockReserved.class),
          Json.type(StockRefused.class),
          Json.type(PaymentTaken.class),
          Json.type(PaymentRefused.class));

  private final Steps steps;
  private final CheckpointFile checkpoint;

  private OrderProcess(Steps steps, CheckpointFile checkpoint) {
    this.steps = steps;
    this.checkpoint = checkpoint;
  }

  /** Starts at the checkpoint. */
  static Subscription start(AetherClient client, CheckpointFile checkpoint) {
    return client.subscribe(
        SubscribeOptions.builder(checkpoint.start()).eventTypes(TRIGGERS).build(),
        new OrderProcess(new Steps(client), checkpoint));
  }

  /** Performs one step after another in the order of the log, and then saves the cursor. */
  @Override
  public void onCommits(List<Commit> commits, @Nullable Cursor cursor) {
    for (Commit commit : commits) {
      commit.events().forEach(event -> react(commit, event));
    }
    if (cursor != null) {
      onCursor(cursor);
    }
  }

  @Override
  public void onCursor(Cursor cursor) {
    checkpoint.save(cursor);
  }

  private void react(Commit commit, Event event) {
    EventContext cause = EventContext.causedBy(event);
    String type = event.type();
    if (type.equals(Json.type(OrderPlaced.class))) {
      Order order = steps.order(event.actorId());
      steps.reserve(event.actorId(), order.sku(), order.quantity(), commit.position(), cause);
    } else if (event.actorId().startsWith("stock.")) {
      afterStock(event, cause);
    } else if (event.actorId().startsWith("payment.")) {
      afterPayment(event, commit.position(), cause);
    }
  }

  private void afterStock(Event event, EventContext cause) {
    StockEvent stock = Stock.CODEC.decode(event);
    if (stock instanceof StockReserved reserved) {
      steps.pay(reserved.order(), steps.order(reserved.order()).amount(), cause);
    } else if (stock instanceof StockRefused refused) {
      steps.cancel(refused.order(), "out of stock", cause);
    }
  }

  private void afterPayment(Event event, long position, EventContext cause) {
    PaymentEvent payment = Steps.PAYMENTS.decode(event);
    if (payment instanceof PaymentTaken taken) {
      steps.confirm(taken.order(), cause);
    } else if (payment instanceof PaymentRefused refused) {
      Order order = steps.order(refused.order());
      steps.release(refused.order(), order.sku(), order.quantity(), position, cause);
      steps.cancel(refused.order(), "payment refused", cause);
    }
  }

  @Override
  public void onError(AetherException error) {
    System.err.println("the process manager failed: " + error.getMessage());
  }
}
