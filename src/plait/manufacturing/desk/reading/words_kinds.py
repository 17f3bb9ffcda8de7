"""Titles that mean something else or more in tables of one kind, and the words above a table that tell its kind."""

from collections.abc import Mapping

from plait.manufacturing.desk.reading.model import DocumentKind

__all__ = ["BY_KIND", "HINTS"]

BY_KIND: Mapping[DocumentKind, Mapping[str, str]] = {
    "orders": {
        "delivered": """ist:75|累计发货数量|累计出库数量|累计发货数|qty_delivered|delivered|delivered qty|qty delivered|delivered quantity|
            quantity delivered|
            shipped|shipped qty|qty shipped|quantity shipped|received:8|received qty:8|dispatched|qty_delivered|geliefert|geliefert bisher|
            gelieferte menge|gelief. menge|gelief.menge|gelief.|gel. menge|bereits geliefert|liefermenge:8|ausgeliefert|lieferstand|
            ist-menge:7|istmenge:7|menge geliefert|已交|已交数量|已交货数量|已发货数量|已发货|已发数量|发货数量:8|出货数量:8|
            已出货数量|已交付|已交付数量|累计交货|累计发货数量|累计出货|已送数量|入库数量:6|已交貨數量|已出貨數量|累计发货|已出库数量""",
        "open_quantity": """open|open qty|open quantity|qty open|quantity open|outstanding|outstanding qty|outstanding quantity|balance|
            balance qty|remaining|remaining qty|remaining quantity|backlog|backlog qty|backorder|
            back order qty|bo qty|to deliver|due qty|qty due|still to deliver|offen|offene menge|off. menge|offene stk|offene stückzahl|
            offen stk|offene mge|noch offen|rest|restmenge|rest-menge|rückstand|rückstandsmenge|rückst.|
            noch zu liefern|zu liefern|ausstehend|offene liefermenge|menge offen|未交|未交数量|未交货数量|未发货数量|未发货|欠交数量|欠数|欠交|
            剩余数量|未清数量|未完成数量|未出货数量|
            未出数量|未交量|待交数量|待发数量|未交付数量|
            结余数量:7|未交貨數量|未出貨數量|餘數|余数""",
        "ordered": """order_id/date_order|date_order|单据日期:85|order date|ordered on|date ordered|date of order|po date|purchase order date|
            ordered date|order entry date|entry date:8|entered:8|created:7|created on:8|created at:7|document date:8|doc date:8|issue date:8|
            received:6|
            order received|date received:75|booking date:7|placed:8|date_order|audat|bedat|erdat:8|bestelldatum|bestellt am|best.-datum|
            best.datum|best.dat.|bestelldat.|auftragsdatum|auftr.-datum|auftragsdat.|auftr.datum|datum bestellung|
            datum auftrag|bestelltag|auftragseingang:85|eingang:7|eingangsdatum:8|erfasst am:8|erfassungsdatum:8|erfaßt:7|angelegt am:8|
            belegdatum:85|belegdat.:85|beleg-dat.:85|datum:65|date:65|vom:7|bestellung vom|auftrag vom|anlagedatum:75|
            订单日期|下单日期|下单时间|下单日|订购日期|采购日期|接单日期|订货日期|签订日期:85|签约日期:85|合同日期:85|单据日期:85|制单日期:75|
            日期:65|录入日期:7|下达日期:7|訂單日期|下單日期|採購日期|单据日:8""",
        "promised": """promised|promise date|promised date|promised delivery|confirmed|confirmed date|confirmed delivery date|
            confirmed delivery|date confirmed|commit date|committed|committed date|commitment date|commitment|acknowledged date|
            ack date|our date|agreed date|conf. date|conf date|confirmed on:75|planned delivery:75|planned date:7|expected ship:7|
            estimated ship date:75|delivery date:5|scheduled date:7|scheduled ship date:75|eta:65|bestätigt|bestätigter termin|
            bestätigtes datum|bestätigter liefertermin|bestätigt zum|bestätigt für|best. termin|best. liefertermin|best.termin|ab-termin|
            ab termin|ab-datum|zusage|zugesagt|zugesagter termin|zusagetermin|zugesagt am|liefertermin bestätigt|termin bestätigt|
            lieferdatum bestätigt|unser termin|liefertermin:55|lieferdatum:55|termin ab:75|vereinbart:8|vereinbarter termin:85|plantermin:7|
            geplant:65|geplanter termin:7|geplantes lieferdatum:7|bestätigungstermin|
            确认交期|确认日期|承诺交期|承诺日期|承诺交货日期|答复交期|回复交期|复期|确认交货日期|我方交期|回复日期:75|预计交期:7|计划交期:65|
            预计完成日期:7|预计交货日期:7|计划完成日期:65|答交日期|答交|交期回复|交期答复|確認交期|
            回覆交期|预交货日:75|预交日期:75""",
        "state": """status|state|order status|line status|stage:7|progress:6|stand:7|auftragsstatus|zustand|stat.|stat|bearbeitungsstand|
            positionsstatus|lieferstatus|statustext|状态|订单状态|单据状态|行状态|进度:7|执行状态|关闭状态|狀態|訂單狀態|完成状态|生产状态:8""",
        "priority": """priority|prio|prio.|urgency|urgent|rank:6|priorität|prior.|dringlichkeit|eilig|wichtigkeit|优先级|优先|紧急程度|加急:8|急单:8|
            优先度|優先級""",
    },
    "request": {
        "request_no": """request no|request number|request|request for quotation|request for quote|rfq|rfq no|rfq number|rfq #|rfq nr|rfq-nr|rfi no:7|
            inquiry|inquiry no|
            inquiry number|enquiry|enquiry no|enquiry number|quote request|quotation request|quotation no:75|quote no:75|tender no|
            anfrage|anfragenr|anfrage-nr.|anfragenummer|anfrage nr|anfr.-nr.|anfr.nr|anfragereferenz|angebotsnr:7|angebotsanfrage|
            ausschreibungsnr|询价单号|询价编号|询价号|询价单|询价单编号|询价|招标编号|報價單號:7|詢價單號|报价单号:7|报价编号:7""",
        "respond_by": """respond by|response by|reply by|answer by|quote by|quote due|quote due date|quotation due|quotation deadline|
            bid due|bid date|closing date|rfq due|rfq due date|response date|submission date|offer by|offer until|
            angebot bis|angebotsfrist|angebotsabgabe|angebotsabgabe bis|abgabe bis|abgabefrist|abgabetermin|abgabedatum|antwort bis|
            rückmeldung bis|rückantwort bis|frist:8|angebotstermin|angebotsschluss|
            报价截止|报价截止日期|截止日期|截止时间|回复期限|报价期限|回复截止|投标截止|答复日期:8|報價截止日|报价截止时间""",
        "target_price": """target|target price|target cost|price target|goal price|target unit price|max price:8|budget:7|expected price:8|
            zielpreis|preisziel|preisvorstellung|richtpreis|wunschpreis|ziel-preis|vorstellung:6|zielkosten|目标价|目标价格|目标单价|
            期望价格|期望单价|心理价位|预期价格|參考價:7|参考价:7|目標價""",
        "quantity": """annual quantity:85|annual qty:85|eau:8|annual usage:8|jahresmenge:85|jahresbedarf:85|anfragemenge|losgröße:85|
            lot size:85|年用量:85|年需求量:85|询价数量|批量:8|需求批量:85""",
    },
    "prices": {
        "from_quantity": """from qty|from quantity|min qty|min. qty|minimum qty|minimum quantity|min quantity|moq|break qty|quantity break|
            price break|qty break|scale qty|scale quantity|scale|qty from|quantity from|from:8|quantity:75|qty:75|
            lot size:7|ab menge|ab-menge|ab stück|ab stk|ab stk.|ab stückzahl|staffel|staffelmenge|mengenstaffel|preisstaffel|ab:8|
            staffel ab|preis ab menge|mindestmenge|mindestbestellmenge|min.-menge|mindestabnahme|menge ab|menge:75|losgröße:7|stückzahl:75|
            起订量|最小起订量|起始数量|数量起|阶梯数量|最小订购量|最小数量|起订数量|数量从|从数量|数量:75|最小订量|訂購量:7|最小訂購量""",
        "valid_from": """valid from|from date|effective|effective date|effective from|start date|valid since|begin date|since|gültig ab|
            gültig von|gült.ab|gült. ab|gültigkeit ab|ab datum|preis gültig ab|gültigkeitsbeginn|preis ab:7|stand:6|datab|
            生效日期|有效期从|有效期起|开始日期|起始日期|有效日期:7|有效开始日期|执行日期|生效时间|启用日期|有效期自|生效日|date_start""",
        "valid_until": """valid to|valid until|valid thru|valid through|until|to date|expiry|expiry date|expires|end date|expiration|
            expiration date|gültig bis|gült.bis|gült. bis|gültigkeit bis|bis datum|preis gültig bis|gültigkeitsende|bis:7|datbi|
            gültigkeit:6|失效日期|有效期至|有效期到|结束日期|截止日期|终止日期|到期日期|有效期:7|有效截止日期|失效时间|失效日|date_end|到期日""",
        "unit": "price uom|einheit preis|preis-me",
        "price": "quote:7|offer:6|angebot:6|kondition:6|konditionsbetrag|staffelpreis|scale price|tier price",
        "price_per": "pricing qty|preis für|preis für menge",
        "supplier": "offered by",
    },
    "stock": {
        "quantity": """stock qty|stock quantity|lagermenge|库存件数|stock|on hand|qty on hand|quantity on hand|onhand|on-hand qty|available:85|
            available qty:85|available quantity:85|stock qty|stock quantity|in stock|inventory|inventory qty|stock level|current stock|
            free stock:8|unrestricted|
            unrestricted stock|total stock|book qty:8|balance:8|counted qty|count|qty available:85|quant|bestand|lagerbestand|bestandsmenge|
            lagermenge|ist-bestand|istbestand|aktueller bestand|akt. bestand|verfügbar:85|verfügbare menge:85|
            verfügbarer bestand:85|frei verwendbar|frei verwendbarer bestand|gesamtbestand|vorrat|vorhanden|menge auf lager|auf lager|labst|
            buchbestand:8|zählmenge|inventurmenge|
            库存|库存数量|库存量|现存量|现存数量|结存数量|结存|结余|期末数量|期末结存|在库数量|可用量:85|可用数量:85|可用库存:85|实存数量|账面数量:8|
            盘点数量|即时库存|当前库存|现有库存|即时库存数量|庫存|庫存數量|在庫數|
            实际库存|库存件数|库存余额:6""",
        "lot": """lot|lot no|lot number|lot/batch|batch|batch no|batch number|batch/lot|heat|heat no|heat number|serial/lot|charge|charg|
            chargennr|chargen-nr.|chargennummer|charge nr|charge-nr.|los|losnr|los-nr.|losnummer|schmelze|schmelze-nr.|schmelzennr|
            schmelznummer|partie|partienr|partie-nr.|批号|批次|批次号|批次编号|炉号|炉批号|生产批号|批號|lot_id""",
        "place": """location|loc|loc.|place|bin|bin location|bin no|storage location|storage loc|storage loc.|storage bin|storage|sloc|
            stor. loc.|warehouse|whse|wh|shelf|rack|position:6|stock location|store:7|site:7|plant:6|lagerort|lort|lagerplatz|lager|
            lagerplatznr|
            platz|lgort|lgpla|fach|regal|regalplatz|standort|halle:7|lagerfach|werk:6|stellplatz|库位|仓库|仓位|库房|货位|存放地点|存放位置|仓库名称|
            储位|库区|仓库编码:7|
            仓库代码:7|位置|倉庫|庫位|儲位|存储地点|location_id""",
        "counted": """counted|count date|counted on|as of|as at|date:75|stock date|inventory date|date counted|last count|snapshot date|
            last counted|stand:85|stichtag|zähldatum|gezählt am|inventurdatum|bestandsdatum|datum:75|stand vom|
            letzte inventur|zähltag|盘点日期|日期:75|截止日期:8|统计日期|库存日期|盘点时间|截止时间:7|盤點日期|结存日期""",
        "price_per": "",
    },
    "parts": {
        "family": """family|part family|product family|product group|item group|material group|group:7|category|class|type:7|part type|
            commodity|commodity group|product line|item category|teilefamilie|familie|warengruppe|artikelgruppe|produktgruppe|
            materialgruppe|teilegruppe|gruppe:75|kategorie|klasse|warengrp|wgr|matkl|art:5|typ:7|teileart:7|类别|分类|产品类别|物料分类|物料类别|
            物料组|存货分类|
            产品系列|系列|零件族|大类|品类|存货类别|类型:7|類別|分類|categ_id|产品大类""",
        "gtin": """gtin|ean|ean code|ean-code|ean13|upc|barcode|bar code|gtin-13|gtin/ean|ean/gtin|ean11|strichcode|ean-nr.|ean nr|gtin nr|
            条码|条形码|商品条码|国际条码|條碼|ean/upc""",
        "batch_size": """batch size|lot size|batch|batch qty|lot qty|order lot|production batch|standard lot|min lot|losgröße|losgr.|losgr|
            standardlosgröße|fertigungslos|fertigungslosgröße|los|bestelllosgröße|opt. losgröße|
            批量|生产批量|标准批量|经济批量|最小批量|固定批量|批次数量:8|批量大小""",
        "weight_kg": """net wt|unit wt|net wt.|piece wt|wt/pc|gew./stk|weight|unit weight|net weight|weight kg|weight (kg)|wt|wt.|mass|piece weight|
            gross weight:6|weight/pc|
            weight per piece|gewicht|stückgewicht|nettogewicht|netto-gewicht|gew.|gew|gewicht kg|gewicht/stk|einzelgewicht|masse|
            bruttogewicht:6|ntgew|重量|单重|净重|单件重量|毛重:6|单件重|单位重量|零件重量|重量kg|單重|重量(kg)""",
        "lead_days": """lead time|lead days|leadtime|lead time days|lt:8|replenishment time|delivery time|delivery lead time|days:6|
            lieferzeit|wiederbeschaffungszeit|wbz|plz|planlieferzeit|beschaffungszeit|durchlaufzeit|dlz|lieferzeit tage|lz|
            lieferfrist:8|plifz|交货周期|提前期|采购周期|生产周期|供货周期|交货期:8|固定提前期|前置时间|周期:7|交期天数|前置期|交期(天)|交期:7|
            交貨周期|lead time (days)""",
        "supply": """supply|procurement|procurement type|make/buy|make or buy|make buy|m/b|source:7|sourcing|route:6|type:6|supply type|
            beschaffung|beschaffungsart|bezugsart|dispositionsart:7|eigen/fremd|eigenfertigung/fremdbezug|fertigungsart:8|
            beschaffungsschlüssel|beskz|bezug:7|teileart:6|供应方式|来源|物料属性|自制/外购|自制外购|获取方式|取得方式|采购类型|属性:7|来源类型|
            存货属性|物料来源|自制/采购|來源""",
        "price": """cost|unit cost|standard cost|std cost|std. cost|standard price|herstellkosten:8|hk:7|standardpreis|standardkosten|标准成本|
            成本|成本价|計劃價|计划价""",
    },
    "routings": {
        "op_no": """op|op.|op no|op. no|op no.|op nr|op #|operation no|operation number|operation #|oper|oper.|opn|seq|sequence|step|step no|
            operation:8|no:6|#:6|ag|ag-nr|ag nr|ag.|agnr|ag-nr.|arbeitsgang:85|arbeitsgangnr|arbeitsgang-nr.|
            arbeitsgang nr|arbeitsgangnummer|avo|avo-nr|avo nr|avo-nr.|vorgang:85|vorgangsnr|vorgangsnummer|vorgang nr|vorg.|vrg|folge:8|
            pos:8|pos.:8|schritt|nr:6|nr.:6|lfd. nr:7|vornr|工序号|工序编号|工序序号|工序:8|工步号|序号:8|道序|工序代码:7|加工顺序|顺序号|
            工序行号|工序號|顺序|加工序号""",
        "op_name": """operation|operation name|operation description|op name|op description|op text|operation text|description:8|process|
            process name|process step|task|activity|work step|work description|desc:7|step description|arbeitsgang|
            arbeitsgangtext|arbeitsgangbezeichnung|ag-text|ag text|ag-bezeichnung|ag-bez.|arbeitsgangbeschreibung|vorgang|vorgangstext|
            vorgangsbezeichnung|vorgangsbeschreibung|vorgangskurztext|tätigkeit|bearbeitung|
            arbeitsschritt|prozess|bezeichnung:75|beschreibung:8|benennung:7|verfahren|avo-text|ltxa1|was:5|工序名称|工序|工序内容|工序说明|工艺|
            工艺名称|加工内容|
            工艺内容|工艺描述|作业名称|工序描述|工序名稱|加工工序|作业内容|工艺步骤""",
        "group": """group|machine group|work center|work centre|workcenter|workcentre|wc|work ctr|work station|workstation|resource group|
            resource|cost center:7|cost centre:7|department:7|capacity group|cell:7|machine type|wkctr|arbpl|arbeitsplatz|
            arb.platz|arb.-platz|arbpl.|ap|maschinengruppe|masch.-gruppe|masch.gruppe|masch.-gr.|maschinengr.|mgr|mg|gruppe|kapazitätsgruppe|
            kapazität:6|kostenstelle:75|kst:75|kst.:75|ressource|ressourcengruppe|abteilung:7|arbeitsplatzgruppe|maschinentyp:8|
            工作中心|工作中心编码|工作中心名称|设备组|机台组|机群|机器组|班组:7|生产线:7|产线:7|资源|资源组|设备类型:8|工作中心代码|车间:7|
            加工中心:7|工站|workcenter_id""",
        "machine": """machine|machine no|machine id|machine name|machine code|equipment|equipment no|maschine|masch.|maschinennr|
            maschinen-nr.|masch.-nr.|maschinennummer|masch|anlage|maschine nr|equipment-nr.|设备|设备编号|设备名称|机床|机台|机器|机台号|设备号|
            机床编号|机器编号|机床号|設備|機台""",
        "setup_min": """setup|set-up|set up|setup time|set-up time|set up time|setup min|setup (min)|setup/min|setup hrs|setup hours|
            time setup|changeover|changeover time|setup mins|rüsten|rüstzeit|rüst|rüstz.|rüst-zeit|rüstzeit min|rüsten min|
            tr|t_r|tr [min]|tr min|rüstzeit [min]|tr (min)|einrichten|einrichtezeit|einrichtzeit|rüstdauer|umrüstzeit|vgw01|准备时间|准备工时|准备|
            调机时间|换型时间|装夹时间:7|准结时间|准备时间(分)|调试时间|设置时间|换模时间|準備時間|準備工時|调机|准终时间""",
        "cycle_min": """cycle|cycle time|cycle time min|cycle min|cycle (min)|run time|runtime|run|run min|run time/pc|time per piece|
            time/pc|time/piece|time per part|time per unit|min/pc|min/piece|min per piece|unit time|piece time|processing time|process time|
            machining time|machine time|std time|standard time|time per pc|pc time|min/unit|s/pc|sec/pc|h/pc|time_cycle|stückzeit|stk-zeit|
            zeit je stück|zeit/stk|zeit/stück|zeit je stk|zeit pro stück|te|t_e|te [min]|te min|te (min)|bearbeitungszeit|
            einzelzeit|stückzeit min|min/stk|min/stück|min je stück|taktzeit|takt|zykluszeit|laufzeit|maschinenzeit|vorgabezeit|hauptzeit:7|
            fertigungszeit|sek/stk|sek/stück|ausführungszeit|zeit:7|vgw02|
            加工时间|单件工时|单件时间|节拍|标准工时|工时|单件加工时间|加工工时|单位工时|单台工时|ct|c/t|周期时间|机加时间|运行时间|加工工時|
            單件工時|標準工時|单件工时(分)|机器工时|单件标准工时""",
        "per_hour": """per hour|pcs/h|pcs/hr|pieces/hour|pieces per hour|parts per hour|parts/hour|pph|output per hour|rate|rate/h|
            pcs per hour|qty/h|production rate|stk/h|stück/h|stk/std|stück/std|stück pro stunde|stück/stunde|leistung/h|stundenleistung|
            ausbringung/h|menge/h|leistung:7|时产量|小时产量|每小时产量|产能/小时|件/小时|件/h|小时产能|每小时|uph|時產量""",
        "lead_days": """lead time|lead days|days|outside days|external days|lt|turnaround|lead time days|working days|lieferzeit|
            lieferzeit tage|tage|fremdzeit|externe tage|durchlaufzeit|dlz|at:8|arbeitstage|外协周期|外协天数|周期|天数|交期天数|交货周期|外协时间|
            外协交期""",
        "alternative": """alternative|alt|alt.|alternate|alternate routing|routing|routing no:8|routing alternative|plan:7|variant|variante|
            alternativplan|arbeitsplan:8|alternativer arbeitsplan|plannr:7|plangruppenzähler|arbeitsplanvariante|alternative nr|
            替代|替代工艺|替代工艺路线|工艺路线:8|工艺版本|备选|备选路线|方案|路线版本|替代路线""",
        "supplier": """outside|extern|external|fremdvergabe|fremdbearbeitung|fremdfertiger|outsourced to|subcontract|外协|委外|委外厂商|委外供应商|
            外协商|auswärts""",
        "name": "",
        "part_no": "routing part|parent:8|assembly:7|erzeugnis:8|baugruppe:8",
    },
    "materials": {
        "part_no": """parent|parent part|parent part no|parent item|parent item no|parent no|assembly|assembly no|assembly number|
            finished good|finished part|finished product|fg|fg code|product|made part|top level|head|
            baugruppe|baugruppennr|baugruppen-nr.|bgr|bgr-nr.|kopfmaterial|erzeugnis|erzeugnisnr|oberteil|fertigteil|fertigteilnr|vater|
            vaterartikel|übergeordnet|hauptartikel|stücklistenkopf|kopfartikel|
            母件|母件编码|母件编号|母件料号|父项物料|父项|父项编码|父件|成品|成品料号|成品编码|产成品|上级物料|父项物料编码|主件品号|主件料号|父件编码""",
        "component": """teil:75|teilenr:75|teile-nr.:75|teilenummer:75|artikel:72|artikelnr:75|art.-nr.:75|artikelnummer:75|sachnr:75|sachnummer:75|
            part no:72|part number:72|零件:75|零件号:75|料号:75|品号:75|component|component no|component number|component part|component part no|
            component item|component code|child|
            child part|child part no|child item|comp|comp.|comp no|sub part|subpart|input|raw material|raw material no|raw material code|
            material no|
            material number|material:85|item:75|item no:75|part:6|komponente|komponentennr|komponenten-nr.|komponentennummer|komp.|komp.-nr.|
            unterteil|einzelteil|kind|stücklistenposition|positionsartikel|einsatzmaterial|rohmaterial|rohteil|
            rohteilnr|materialnr|material-nr.|materialnummer|halbzeug|einsatzartikel|untergeordnet|idnrk|vormaterial|子件|子件编码|子件编号|子件料号|
            子项物料|
            子项|子项编码|子项物料编码|组件|部件|元件|用料|材料编码|原料编码|材料编号|
            物料编码:8|物料代码:8|元件品号|用料编码|原材料编码|bom_line_ids|子件代码""",
        "component_name": """component name|component description|child name|child description|material name|material description|
            description:75|desc:7|name:7|raw material name|raw material description|komponentenbezeichnung|komponente bezeichnung|
            komponententext|
            komponentenname|bezeichnung:75|benennung:75|materialbezeichnung:9|objektkurztext|rohteilbezeichnung|bezeichnung komponente|子件名称|
            子项名称|子项物料名称|组件名称|材料名称|原料名称|部件名称|物料名称:8|元件品名|品名:75|名称:75|原材料名称""",
        "quantity": """qty per|qty per unit|qty/unit|quantity per|quantity per unit|quantity per piece|qty per pc|qty/pc|usage|usage qty|
            usage per piece|consumption|per piece|per unit|qty per assembly|qpa|comp. qty|component quantity|
            menge je stück|menge/stk|menge je einheit|menge pro stück|einsatzmenge|bedarf je stück|verbrauch|verbrauch je stück|
            komponentenmenge|stücklistenmenge|je stück|menge je stk|verbrauchsmenge|
            单件用量|用量|单位用量|单台用量|消耗量|单耗|定额|用量/件|子件用量|组成用量|标准用量|分子:7|单个用量|基本用量|定额用量|單位用量|product_qty""",
        "supply": """supply|supply type|procurement|procurement type|source|provided by|provision|issue method:6|beistellung|beschaffung|
            beschaffungsart|bezugsart|bereitstellung|herkunft|供应方式|供料方式|来源|供应类型|客供|甲供|获取方式|发料方式:6|供料|是否客供:7""",
        "lead_days": """lead time|lead days|leadtime|delivery time|lieferzeit|wbz|wiederbeschaffungszeit|beschaffungszeit|lieferzeit tage|
            tage:7|交货周期|提前期|采购周期|供货周期|交期:7|lead time (days)|交期(天)|days:7""",
        "name": "",
    },
    "calendar": {
        "date": """zeitraum|period|date range|dates|期间|日期范围|date|day:85|day date|from|from date|start date|datum|tag:85|von:8|vom|am|von datum|
            ab datum|beginn datum|startdatum|日期|
            开始日期|起始日期|假期日期|当天|从|起始日|开始日|月日""",
        "weekday": "weekday|week day|day of week|day:9|days|dow|wochentag|tag:9|wochentage|tage|wt|星期|周几|工作日|星期几|周|weekdays",
        "until": """until|to date|end date|last day|to:75|through|thru|bis:8|bis datum|enddatum|letzter tag|ende datum|bis zum|结束日期|截止日期|
            终止日期|至|到|结束日""",
        "start": """start|start time|begin|beginning|from time|from:8|shift start|starts|time from|beginn|anfang|von|arbeitsbeginn|
            schichtbeginn|ab:7|startzeit|uhrzeit von|beginnt|von uhr|开始时间|上班时间|开始|起始时间|上班|班次开始|时间从""",
        "end": """end|end time|finish|to|to time|shift end|ends|time to|stop|ende|bis|arbeitsende|schichtende|endzeit|uhrzeit bis|endet|
            bis uhr|结束时间|下班时间|结束|终止时间|下班|班次结束|时间到""",
        "group": """group|machine group|machine|work center|work centre|workcenter|resource|department:75|for:6|site:6|maschinengruppe|
            maschine|gruppe|arbeitsplatz|abteilung:75|bereich:75|ressource|anlage|für:6|
            设备组|设备|工作中心|机器|机台|部门:75|班组:75|资源|车间:75|产线:75""",
        "closed": """closed|holiday|off|non-working|day off|free|not working|plant closed|is holiday|geschlossen|feiertag|frei|arbeitsfrei|
            betriebsruhe|kein arbeitstag|ruhetag|zu|休息|放假|是否放假|休息日|节假日|停工|是否休息|休|假日""",
        "note": """holiday|feiertag|节假日名称|节假日|假日名称|shift|shift name|name|name of holiday|holiday name|occasion|description|reason|schicht|
            schichtname|schichtmodell|bezeichnung|anlass|grund|feiertagsname|name feiertag|班次|班次名称|名称|节日|节日名称|说明|原因|事由|假期名称""",
    },
}
"""Titles by kind and field."""

HINTS: Mapping[DocumentKind, str] = {
    "orders": """auftragsbestand|auftragsliste|auftragsübersicht|auftrag|aufträge|bestellung|bestellungen|bestellliste|bestellübersicht|
            rückstand|rückstandsliste|order list|open orders|order book|orderbook|backlog|purchase order|orders|lieferabruf|lieferplan|
            delivery schedule|call-off|订单|采购订单|订单列表|订单明细|未交订单|欠交|销售订单|订单汇总|采购单|在手订单|订单进度|訂單|offene posten""",
    "request": """anfrage|preisanfrage|angebotsanfrage|request for quotation|request for quote|rfq|inquiry|enquiry|询价|询价单|报价请求|詢價|
            ausschreibung|tender""",
    "prices": """preisliste|preise|preisübersicht|staffelpreise|price list|pricelist|prices|price break|konditionen|价格表|价目表|报价表|价格清单|
            报价单|單價表|价格""",
    "stock": """bestand|bestände|lagerbestand|lagerliste|inventur|bestandsliste|stock|stock list|inventory|on hand|库存|库存表|盘点|库存清单|现存量|
            即时库存|庫存""",
    "parts": """teilestamm|artikelstamm|stammdaten|teileliste|artikelliste|materialstamm|part list|parts list|parts|items|item master|
            part master|products|product list|物料|物料清单:5|物料表|产品清单|零件清单|物料主数据|存货档案|零件表""",
    "routings": "arbeitsplan|arbeitspläne|arbeitsgänge|fertigungsplan|routing|routings|operations|process plan|工艺|工艺路线|工序|工艺卡|工艺流程|工序表",
    "materials": "stückliste|stücklisten|bom|bill of material|bill of materials|materialbedarf|物料清单|用料|用料表|材料清单|零部件清单|structure",
    "calendar": """kalender|betriebskalender|schicht|schichtplan|schichten|feiertage|urlaub|arbeitszeiten|werkskalender|calendar|shifts|
            shift plan|holidays|working time|working hours|日历|班次|节假日|排班|工作日历|假期|放假安排""",
}
"""Words in a sheet's name, a file's name or above a table that tell what it is about."""
