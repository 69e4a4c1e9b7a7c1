ALTER TABLE "demo_bank"."transactions" ADD COLUMN "category" text;--> statement-breakpoint
-- What the demo bank's customers paid before it knew kinds of merchants.
UPDATE "demo_bank"."transactions" SET "category" = CASE "merchant"
  WHEN 'Corner Bakery' THEN 'groceries'
  WHEN 'Fresh Market' THEN 'groceries'
  WHEN 'City Transit' THEN 'transport'
  WHEN 'Harbor Books' THEN 'books'
  WHEN 'Blue Door Cafe' THEN 'restaurants'
  WHEN 'Northside Fuel' THEN 'fuel'
  WHEN 'Streamline Video' THEN 'entertainment'
  WHEN 'Skyways Airlines' THEN 'travel'
  WHEN 'Pine Street Pharmacy' THEN 'health'
  WHEN 'Home and Garden' THEN 'home'
  WHEN 'Oak Property Management' THEN 'housing'
  WHEN 'Brightwater Ltd Salary' THEN 'salary'
END;
