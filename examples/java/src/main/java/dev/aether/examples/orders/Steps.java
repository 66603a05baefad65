package dev.aether.examples.orders;

import dev.aether.client.AetherClient;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.SaveCommand;
import dev.aether.client.actor.Actors;
import dev.aether.client.actor.EventCodec;
import dev.aether.client.actor.EventContext;
import dev.aether.client.retry.JitterRetry;
import dev.aether.examples.common.Json;
import dev.aether.examples.common.RepeatUntilKnown;
import dev.aether.examples.orders.OrderEvent.OrderCancelled;
import dev.aether.examples.orders.OrderEvent.OrderConfirmed;
import dev.aether.examples.orders.PaymentEvent.PaymentRefused;
import dev.aether.examples.orders.PaymentEvent.PaymentTaken;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * The steps of the process manager. Each step takes effect once, however often it is performed: by
 * its commit id alone if nobody else writes to the actor, and otherwise by the actor's own state.
 */
final class Steps {
  /** Payments above this are refused, in cents. */
  static final long LARGEST_PAYMENT = 10_000;

  static final EventCodec<PaymentEvent> PAYMENTS =
      Json.events(PaymentTaken.class, PaymentRefused.class);

  private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(2);

  private final Actors<Stock, StockEvent> stocks;
  private final Actors<Order, OrderEvent> orders;
  private final RepeatUntilKnown repeat;

  Steps(AetherClient client) {
    this.stocks = Actors.of(client, Stock.TYPE, new JitterRetry());
    this.orders = Actors.of(client, Order.TYPE, new JitterRetry());
    this.repeat = new RepeatUntilKnown(client, GIVE_UP_AFTER, failure -> {});
  }

  Order order(String order) {
    return repeat.call(() -> orders.load(order)).state();
  }

  /**
   * Reserves stock. Many orders compete for the same stock, so the decision is made on its state,
   * and again after a conflict.
   */
  void reserve(String order, String sku, int quantity, long askedAt, EventContext cause) {
    stock(order + ".reserve", sku, stock -> stock.reserve(order, quantity, askedAt), cause);
  }

  /** Releases stock, in the same way as {@link #reserve}. */
  void release(String order, String sku, int quantity, long askedAt, EventContext cause) {
    stock(order + ".release", sku, stock -> stock.release(order, quantity, askedAt), cause);
  }

  private void stock(
      String step, String sku, Function<Stock, List<StockEvent>> decide, EventContext cause) {
    var unused =
        repeat.call(
            () ->
                stocks
                    .with(
                        settings ->
                            settings.withCommitIds(attempt -> step + "." + attempt.latestVersion()))
                    .handle("stock." + sku, cause, decide));
  }

  /** Takes or refuses the payment, with its first and only event. */
  void pay(String order, long amount, EventContext cause) {
    PaymentEvent event =
        amount <= LARGEST_PAYMENT
            ? new PaymentTaken(order, amount)
            : new PaymentRefused(order, amount);
    once("payment." + order, 0, order + ".pay", PAYMENTS, event, cause);
  }

  /** The order's second and last event. */
  void confirm(String order, EventContext cause) {
    once(order, 1, order + ".confirm", Order.CODEC, new OrderConfirmed(), cause);
  }

  /** The order's second and last event. */
  void cancel(String order, String why, EventContext cause) {
    once(order, 1, order + ".cancel", Order.CODEC, new OrderCancelled(why), cause);
  }

  /** Saves the same commit each time: it is stored once, and repeats get the first answer. */
  private <E> void once(
      String actor, long version, String id, EventCodec<E> codec, E event, EventContext cause) {
    var unused =
        repeat.save(
            SaveCommand.builder(actor, ExpectedVersion.exactly(version))
                .commitId(id)
                .event(cause.on(codec.encode(event)))
                .build());
  }
}
