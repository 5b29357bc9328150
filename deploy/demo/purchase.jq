# Makes one fresh purchase out of the sample: its own ids, this moment's times, this buyer.
.id = $id
| .creation_date = $now
| .data.buyer.email = $email
| .data.buyer.first_name = $first
| .data.buyer.last_name = $last
| .data.buyer.name = "\($first) \($last)"
| .data.product.warranty_date = ($now / 1000 + 7 * 86400 | floor | strftime("%Y-%m-%dT00:00:00Z"))
| .data.purchase.transaction = $transaction
| .data.purchase.order_date = $now - 4000
| .data.purchase.approved_date = $now - 1000
| .data.purchase.date_next_charge = $now + 30 * 86400000
| .data.purchase.payment.pix_expiration_date = $now + 2 * 86400000
| .data.subscription.subscriber.code = $subscriber
